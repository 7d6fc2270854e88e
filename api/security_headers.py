"""What every answer tells the browser: where a page's parts may come from, and who may frame or keep it."""

from wsgiref.headers import Headers

from flask import Flask, Response, current_app, request

# Everything comes from this server alone; pages run no inline script and no eval, and call nobody else.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# What is no page opens nothing and is framed by nobody; more would cost an idle call a third of its bytes.
DATA_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Scripts and styles are shown to nobody by themselves: the page's policies hold for them.
PART_HEADERS = {"X-Content-Type-Options": "nosniff"}
A_YEAR_S = 365 * 24 * 3600


def install(app: Flask) -> None:
    """For what Flask answers, refusals too; api/pwa.py adds them to files."""
    app.after_request(_secure)


def _secure(response: Response) -> Response:
    public_url = current_app.config["SETTINGS"].public_url
    given = SECURITY_HEADERS if response.mimetype == "text/html" else DATA_HEADERS
    for name, value in (given | transport_headers(public_url)).items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/api/v1/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def transport_headers(public_url: str | None) -> dict[str, str]:
    """Whoever came by HTTPS once comes by nothing else."""
    if not (public_url or "").startswith("https://"):
        return {}
    return {"Strict-Transport-Security": f"max-age={A_YEAR_S}"}


def add_to_file(headers: Headers, *, is_part: bool, public_url: str | None) -> None:
    """The same for a file; `is_part` is a script or style that never changes."""
    given = PART_HEADERS if is_part else SECURITY_HEADERS | transport_headers(public_url)
    for name, value in given.items():
        headers[name] = value
