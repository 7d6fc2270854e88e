"""Bodies that may come gzipped, read with a limit on what they unpack to."""

import zlib

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge


class TooLarge(Exception):
    """More bytes than this call takes, packed or unpacked."""


class PackedBadly(Exception):
    """Not what its Content-Encoding promises, or an encoding that is not known."""


def read_body(request: Request, *, most_bytes: int) -> bytes:
    """The plain bytes, at most so many. Raises TooLarge or PackedBadly."""
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("identity", "gzip"):
        raise PackedBadly
    if (request.content_length or 0) > most_bytes:
        raise TooLarge
    request.max_content_length = most_bytes  # also for a body that does not tell its length
    try:
        content = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise TooLarge from None
    content = unpacked(content, most_bytes=most_bytes) if encoding == "gzip" else content
    if len(content) > most_bytes:
        raise TooLarge
    return content


def unpacked(content: bytes, *, most_bytes: int) -> bytes:
    """Unpacks no more than one byte too many, whatever the packed size promises."""
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        plain = unpacker.decompress(content, most_bytes + 1)
    except zlib.error:
        raise PackedBadly from None
    if len(plain) <= most_bytes and not unpacker.eof:
        raise PackedBadly
    return plain
