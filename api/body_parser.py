"""Reads the JSON of requests by api/json.py: the same depth, the same numbers, wherever a body comes in.

webargs' own parser takes NaN and Infinity, and falls over brackets without end.
"""

from typing import Any

from flask import Request, abort
from webargs import missing
from webargs.flaskparser import FlaskParser, is_json_request

from api.json import Unreadable, read_json


class BodyParser(FlaskParser):
    """What `blueprint.arguments` reads bodies with. Answers 400 for what is no JSON of ours."""

    def load_json(self, req: Request, schema: object) -> Any:  # noqa: ARG002  # webargs passes it
        content = req.get_data(cache=True) if is_json_request(req) else b""
        if not content:
            return missing
        try:
            return read_json(content)
        except Unreadable:
            abort(400)
