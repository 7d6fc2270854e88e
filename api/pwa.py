"""Serves the built PWA: fingerprinted files for ever, pages and the service worker never from a cache."""

from collections.abc import Callable
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask, Response, send_from_directory
from whitenoise import WhiteNoise

from api.auth import guard

DIST = Path(__file__).parent.parent / "static" / "pwa" / "dist"
# Fonts, scripts and data come from this server alone; pages run no inline script.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "style-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PAGES = (
    ("/", "index.html"),
    ("/door", "door.html"),
    ("/staff", "staff.html"),
    ("/staff/<path:rest>", "staff.html"),
)
MIME_TYPES = {".webmanifest": "application/manifest+json", ".wasm": "application/wasm"}


def install(app: Flask) -> None:
    """WhiteNoise answers before Flask, so the headers are added in both."""
    app.after_request(_secure)
    for path, page in PAGES:
        app.add_url_rule(path, endpoint=f"page {path}", view_func=_page(page))
    if DIST.is_dir():
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # Flask's own way to wrap
            app.wsgi_app,
            root=DIST,
            max_age=0,
            mimetypes=MIME_TYPES,
            immutable_file_test=_is_fingerprinted,
            add_headers_function=_add_headers,
        )


def _page(name: str) -> Callable[..., Response]:
    @guard.anyone(reason="The application's own page: it holds no data.")
    def show(**_rest: str) -> Response:
        if not (DIST / name).is_file():
            text = "The pages are not built yet: run `make build`. 页面还没有构建，请先运行 make build。"
            return Response(text, status=503, mimetype="text/plain")
        response = send_from_directory(DIST, name)
        response.headers["Cache-Control"] = "no-cache"
        return response

    return show


def _is_fingerprinted(_path: str, url: str) -> bool:
    return url.startswith("/assets/")


def _secure(response: Response) -> Response:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _add_headers(headers: Headers, _path: str, url: str) -> None:
    if _is_fingerprinted(_path, url):
        # The page's own policies hold for its parts: repeated on each of 70 files they would cost 30 kB.
        headers["X-Content-Type-Options"] = SECURITY_HEADERS["X-Content-Type-Options"]
        return
    for name, value in SECURITY_HEADERS.items():
        headers[name] = value
    headers["Cache-Control"] = "no-cache"
