"""Compresses JSON for clients that can read gzip: a first pull of 242 stations is mostly repetition."""

import gzip

from flask import Flask, Response, request

LEAST_BYTES = 1024  # below it the header costs more than is saved
LEVEL = 6


def install(app: Flask) -> None:
    """Files of the PWA are compressed when they are built; this is for what is made while asked."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if (
        not (response.mimetype or "").endswith("json")
        or response.direct_passthrough
        or response.status_code == 304
    ):
        return response
    response.vary.add("Accept-Encoding")
    content = response.get_data()
    if len(content) < LEAST_BYTES or not request.accept_encodings.quality("gzip"):
        return response
    response.set_data(gzip.compress(content, compresslevel=LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response
