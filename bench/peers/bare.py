"""Flask as it comes, which parses a batch and says that all is well: the ceiling of the web tier."""

from typing import Any

from flask import Flask, request

app = Flask(__name__, static_folder=None)


@app.get("/readyz")
def readyz() -> str:
    return "ready\n"


@app.post("/api/v1/sync")
def sync() -> dict[str, Any]:
    entries = request.get_json()["entries"]
    return {"results": [{"id": entry["id"], "status": "accepted"} for entry in entries], "cursor": ""}
