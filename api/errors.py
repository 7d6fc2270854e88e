"""Refusals as problem+json (RFC 9457): the one place that gives a code its HTTP status."""

from collections.abc import Mapping

import structlog
from flask import Flask, Response, g, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from api.json import dump_json
from workstation.errors import MESSAGES, Refusal

STATUS_OF_CODE: dict[str, int] = {
    "account.taken": 409,
    "call.too_many": 429,
    "code.unusable": 401,
    "device.revoked": 401,
    "door_screen.revoked": 401,
    "edit.conflict": 409,
    "edit.not_undoable": 409,
    "edit.superseded": 409,
    "export_key.refused": 401,
    "held_entry.closed": 409,
    "held_entry.not_releasable": 409,
    "held_entry.other_code": 409,
    "held_entry.own": 403,
    "member.beyond_scope": 403,
    "member.last_officer": 409,
    "member.own_role": 403,
    "member.taken": 409,
    "report.just_issued": 409,
    "planned_shift.begun": 409,
    "planned_shift.overlaps": 409,
    "request.invalid": 422,
    "request.method_not_allowed": 405,
    "request.too_large": 413,
    "request.unsupported_type": 415,
    "rescue.too_large": 413,
    "rules.decided": 409,
    "rules.not_yours": 403,
    "rules.own_proposal": 403,
    "rules.proposal_not_found": 404,
    "rules.proposed_already": 409,
    "rules.unchanged": 409,
    "rules.version_gone": 409,
    "rules.version_not_found": 404,
    "scope.denied": 403,
    "server.failed": 500,
    "server.unavailable": 503,
    "second_factor.none_begun": 409,
    "second_factor.on": 409,
    "setting.taken": 409,
    "sign_in.nonce": 401,
    "sign_in.refused": 401,
    "sign_in.required": 401,
    "sign_in.second_factor": 401,
    "sign_in.too_many": 429,
    "sync.malformed": 400,
    "sync.protocol_unsupported": 426,
    "sync.too_large": 413,
    "sync.unsupported_type": 415,
    "upload.stale": 409,
}
CODE_OF_STATUS = {
    404: "page.not_found",
    405: "request.method_not_allowed",
    413: "request.too_large",
    415: "request.unsupported_type",
    422: "request.invalid",
    500: "server.failed",
    503: "server.unavailable",
}
RETRY_AFTER_S = 5
# RFC 9449, 8: by this a client knows that it should try once more with the nonce beside it.
CHALLENGES = {"sign_in.nonce": 'DPoP error="use_dpop_nonce", algs="ES256"'}

log = structlog.get_logger()


def status_of(code: str) -> int:
    """The HTTP status of a code; what is not found is 404, any other refusal 422."""
    return STATUS_OF_CODE.get(code, 404 if code.endswith(".not_found") else 422)


def problem(
    code: str,
    *,
    status: int | None = None,
    detail: str = "",
    fields: object = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer for a refusal."""
    status = status or status_of(code)
    body = {
        "type": f"urn:workstation:error:{code}",
        "title": MESSAGES[code],
        "status": status,
        "detail": detail or MESSAGES[code],
        "code": code,
    }
    if fields:
        body["errors"] = fields
    response = Response(dump_json(body), status=status, mimetype="application/problem+json")
    response.headers.update(headers or {})
    return response


def install(app: Flask) -> None:
    """Every failure leaves as problem+json, and none shows its inside."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(Exception, _failed)


def _refused(refusal: Refusal) -> Response:
    headers = {"Retry-After": str(g.retry_after_s)} if "retry_after_s" in g else {}
    if status_of(refusal.code) == 401:
        usual = CHALLENGES.get(refusal.code, 'Bearer, DPoP algs="ES256"')
        headers["WWW-Authenticate"] = g.get("challenge", usual)
    return problem(refusal.code, detail=refusal.message, fields=refusal.fields, headers=headers)


def _http(error: HTTPException) -> Response:
    if error.response is not None and isinstance(error.response, Response):
        return error.response
    code = CODE_OF_STATUS.get(error.code or 500, "request.invalid")
    fields = getattr(error, "data", {}).get("messages") if error.code == 422 else None
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return problem(code, status=error.code, fields=fields, headers=kept)


def _database_away(error: OperationalError) -> Response:
    log.error("database.unavailable", path=request.path, error=type(error.orig).__name__)
    return problem("server.unavailable", headers={"Retry-After": str(RETRY_AFTER_S)})


def _failed(error: Exception) -> Response:
    log.error("request.failed", path=request.path, exc_info=error)
    return problem("server.failed")
