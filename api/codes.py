"""One-time codes: made here, stored hashed, shown once."""

import secrets
from datetime import datetime
from typing import Any

from flask import current_app, has_request_context, request

from workstation.keys import Keys
from workstation.people.rules import CODE_ALPHABET, CODE_LENGTH, printed_code


def new_code() -> str:
    """60 random bits that a person can read out."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def code_hash(code: str, *, keys: Keys) -> str:
    """How a code is stored and looked up."""
    return keys.digest("code", code.encode("utf-8", "surrogatepass"))


LINKS = {"app": "/#/enrol/", "door": "/door#", "reset": "/staff#/reset/"}


def code_answer(code: str, *, expires_at: datetime, leads_to: str = "app") -> dict[str, Any]:
    """The code and its link (LINKS). It stands behind the #, so that no server log ever sees it."""
    settings = current_app.config["SETTINGS"]
    here = request.host_url.rstrip("/") if has_request_context() else f"http://127.0.0.1:{settings.port}"
    base = settings.public_url or here
    return {
        "code": printed_code(code),
        "url": f"{base}{LINKS[leads_to]}{printed_code(code)}",
        "expires_at": expires_at,
    }
