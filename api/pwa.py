"""Serves the built PWA: fingerprinted files for ever, pages and the service worker never from a cache."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from flask import Flask, Response, send_from_directory
from whitenoise import WhiteNoise

from api.auth import guard
from api.middleware import wrap
from api.security_headers import DATA_HEADERS, add_to_file

DIST = Path(__file__).parent.parent / "static" / "pwa" / "dist"
PAGES = (
    ("/", "index.html"),
    ("/door", "door.html"),
    ("/staff", "staff.html"),
    ("/staff/<path:rest>", "staff.html"),
)
VALIDATORS = ("Last-Modified", "ETag")
REFUSED = list(DATA_HEADERS.items())
MIME_TYPES = {".webmanifest": "application/manifest+json", ".wasm": "application/wasm"}


class Files(WhiteNoise):  # type: ignore[misc]  # it has no types
    """What never changes is never asked for again: without validators each of 80 files is lighter."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> Any:
        """As WhiteNoise gives it, less what only asking again would need."""
        file = super().get_static_file(path, url, stat_cache)
        if _is_fingerprinted(path, url):
            file.alternatives = [
                (encoding, name, [each for each in headers if each[0] not in VALIDATORS])
                for encoding, name, headers in file.alternatives
            ]
        return file

    @staticmethod
    def serve(static_file: Any, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """As WhiteNoise does; what it refuses (a method, a piece that is not there) carries headers too."""

        def start(status: str, headers: list[tuple[str, str]]) -> Any:
            return start_response(status, headers + (REFUSED if status.startswith("4") else []))

        return WhiteNoise.serve(static_file, environ, start)


def install(app: Flask) -> None:
    """WhiteNoise answers before Flask does, and adds the security headers by itself."""
    for path, page in PAGES:
        app.add_url_rule(path, endpoint=f"page {path}", view_func=_page(page))
    if DIST.is_dir():
        files = partial(
            Files,
            root=DIST,
            max_age=0,
            mimetypes=MIME_TYPES,
            immutable_file_test=_is_fingerprinted,
            add_headers_function=_add_headers(app),
            allow_all_origins=False,  # no page of others reads our files
        )
        wrap(app, files)


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


def _add_headers(app: Flask) -> Callable[[Headers, str, str], None]:
    public_url = app.config["SETTINGS"].public_url

    def add(headers: Headers, _path: str, url: str) -> None:
        is_part = _is_fingerprinted("", url) and url.endswith((".js", ".css"))
        add_to_file(headers, is_part=is_part, public_url=public_url)
        if not _is_fingerprinted("", url):
            headers["Cache-Control"] = "no-cache"

    return add
