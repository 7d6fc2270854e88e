"""The API's documentation page, from local files: it works without internet."""

from pathlib import Path

import flask_swagger_ui
from flask import Flask, Response, send_from_directory
from flask.typing import ResponseReturnValue

from api.auth import guard
from api.security_headers import CONTENT_SECURITY_POLICY

SWAGGER_FILES = Path(flask_swagger_ui.__file__).parent / "dist"
PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>Workstation API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
<body><main id="swagger-ui"></main>
<script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body></html>
"""
START = 'SwaggerUIBundle({url: "/api/v1/openapi.json", dom_id: "#swagger-ui", validatorUrl: null});\n'
REASON = "Documentation of the wire, without data."
# Swagger UI sets style attributes; nothing else may.
POLICY = CONTENT_SECURITY_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")


def install(app: Flask) -> None:
    """/api/docs and the files it needs."""
    app.add_url_rule("/api/docs", view_func=docs_page)
    app.add_url_rule("/api/docs/<path:name>", view_func=docs_file)
    served_by_smorest = app.view_functions["api-docs.openapi_json"]

    @guard.anyone(reason=REASON)
    def openapi_json() -> ResponseReturnValue:
        return app.ensure_sync(served_by_smorest)()  # type: ignore[no-any-return]  # smorest gives no types

    app.view_functions["api-docs.openapi_json"] = openapi_json


@guard.anyone(reason=REASON)
def docs_page() -> Response:
    """The page itself, without an inline script."""
    return Response(PAGE, mimetype="text/html", headers={"Content-Security-Policy": POLICY})


@guard.anyone(reason=REASON)
def docs_file(name: str) -> Response:
    """Swagger UI's files, as installed."""
    if name == "start.js":
        return Response(START, mimetype="text/javascript")
    return send_from_directory(SWAGGER_FILES, name)
