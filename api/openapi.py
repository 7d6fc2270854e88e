"""The OpenAPI document: written when it is first read, and saying what is really sent."""

from collections.abc import Iterator
from threading import RLock
from typing import Any

from flask import Flask, Response
from flask_smorest import Api, Blueprint

from api.json import dump_json
from api.schemas.description import ProblemOut
from api.spreadsheets import MIMETYPES

JSON, PROBLEM = "application/json", "application/problem+json"
REFUSAL = {"schema": {"$ref": "#/components/schemas/ProblemOut"}}


class QuietApi(Api):  # type: ignore[misc]  # smorest ships no types
    """smorest without its own error handlers: api/errors.py answers for the whole application.

    Its document is written when somebody first reads it: that is half the work of making an application.
    """

    ERROR_SCHEMA = ProblemOut

    def __init__(self, app: Flask) -> None:
        self._untold: list[Blueprint] = []
        self._telling = RLock()
        super().__init__(app)

    def register_blueprint(self, blueprint: Blueprint) -> None:
        """Its views now, their description later."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint)
        self._untold.append(blueprint)

    @property
    def spec(self) -> Any:
        """The whole document."""
        with self._telling:
            while self._untold:
                blueprint = self._untold.pop(0)
                blueprint.register_views_in_doc(
                    self, self._app, self._spec, name=blueprint.name, parameters=None
                )
                self._spec.tag({"name": blueprint.name, "description": blueprint.description})
        return self._spec

    @spec.setter
    def spec(self, spec: Any) -> None:
        self._spec = spec

    def _register_error_handlers(self) -> None:
        pass

    def _openapi_json(self) -> Response:
        return Response(dump_json(say_exactly(self.spec.to_dict())), mimetype="application/json")


def say_exactly(document: dict[str, Any]) -> dict[str, Any]:
    """The same document, put right in place."""
    for path, operations in document["paths"].items():
        kinds = _kinds_of(path, operations)
        for operation in operations.values() if isinstance(operations, dict) else ():
            if kinds and isinstance(operation, dict):
                operation["responses"]["200"] = _file(kinds)
    for response in _responses(document):
        content = response.get("content", {})
        if content.get(JSON) == REFUSAL:
            response["content"] = {PROBLEM: content[JSON]}
    return document


def _kinds_of(path: str, operations: dict[str, Any]) -> list[str]:
    """The kinds of file that an address gives, by its ending."""
    ending = path.rpartition("/")[2].rpartition(".")[2]
    if ending != "{kind}":
        return [ending] if ending in MIMETYPES else []
    shared = operations.get("parameters", [])
    named = [each for each in shared if isinstance(each, dict) and each.get("name") == "kind"]
    return list(named[0]["schema"].get("enum", [])) if named else []


def _file(kinds: list[str]) -> dict[str, Any]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {"description": "A file", "content": {MIMETYPES[kind].split(";")[0]: binary for kind in kinds}}


def _responses(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from document["components"].get("responses", {}).values()
    for operations in document["paths"].values():
        for operation in operations.values():
            if isinstance(operation, dict):
                yield from operation.get("responses", {}).values()
