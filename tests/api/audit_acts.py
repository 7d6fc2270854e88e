"""What people do that the audit log must know: one act for each route that changes or hands out something."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pyotp
from werkzeug.test import TestResponse

from api import clock
from tests.api.reporting import NOVEMBER, try_to_issue
from tests.cast import HALL, PASSWORD, Cast, Phone, any_uuid
from workstation.geography.datum_guard import MISTAKES, put_right
from workstation.geography.distance import Position

IMPORT = "编号,姓名,界别,所属站点,角色,区\nNEW1,新委员,,HALL,委员,\n"
NEW_PASSWORD = "another password, for tests only"


class Scene:
    """The cast with one office page and what acts leave for each other."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.client = cast, cast.client
        self.hall = cast.here.stations["hall"]
        self.office, self.member = cast.phone("city_officer"), cast.phone("member")
        self.auditor = cast.phone("auditor")

    def send(self, method: str, path: str, body: Any = None, *, by: Phone | None = None) -> TestResponse:
        headers = (by or self.office).headers
        return self.client.open(f"/api/v1/{path}", method=method, json=body, headers=headers)

    def held(self) -> dict[str, str]:
        """Something that waits for staff."""
        entry = self.member.check_in(self.hall) | {"on_behalf_of": self.cast.here.members["colleague"]}
        [result] = self.member.sync(entry)
        rows = self.office.get("/api/v1/held-entries").json["held_entries"]
        [row] = [row for row in rows if row["id"] == result["id"]]
        return {"id": row["id"], "content_hash": row["content_hash"]}

    def planned(self) -> str:
        begins = clock.now() + timedelta(days=3)
        body = {
            "station_id": self.hall,
            "member_id": self.cast.here.members["colleague"],
            "starts_at": begins.isoformat(),
            "ends_at": (begins + timedelta(hours=3)).isoformat(),
            "reason": "排班",
        }
        self.planning = self.send("POST", "duty-plan", body)
        return str(self.planning.json["id"])

    def edition(self) -> str:
        return str(self.office.get("/api/v1/reports").json["reports"][0]["id"])


class Act(NamedTuple):
    """What is done, and what the log calls it. `device` tells whether a signed-in device does it."""

    action: str
    do: Callable[[Scene], TestResponse]
    device: bool = True


def _settle(how: str) -> Callable[[Scene], TestResponse]:
    def act(scene: Scene) -> TestResponse:
        held = scene.held()
        body = {"content_hash": held["content_hash"], "reason": "核实过"}
        return scene.send("POST", f"held-entries/{held['id']}/{how}", body)

    return act


def _decide(scene: Scene) -> TestResponse:
    body = {"how": "close", "code": "entry.not_allowed", "reason": "核实过", "entries": [scene.held()]}
    return scene.send("POST", "held-entries/decisions", body)


def _edit_station(scene: Scene) -> TestResponse:
    body = {"version": 0, "reason": "门牌换了", "changes": {"address": "新地址"}}
    return scene.send("POST", f"stations/{scene.hall}/edits", body)


def _move_station(scene: Scene) -> TestResponse:
    """As the check-ins of three people propose it, who all stand where a map in GCJ-02 has the door."""
    door = put_right(position=Position(*HALL), mistake=MISTAKES["wgs84_gcj02"])
    fix = {"lat": door.lat, "lon": door.lon, "accuracy_m": 20, "age_s": 1}
    for who in ("member", "colleague", "stranger"):
        phone = scene.cast.phone(who)
        phone.sync(*(phone.check_in(scene.hall, fix=fix) for _ in range(3)))
    version = scene.office.get(f"/api/v1/stations/{scene.hall}/evidence").json["version"]
    body = {"version": version, "mistake": "wgs84_gcj02", "reason": "各次登记都指向那里"}
    return scene.send("POST", f"stations/{scene.hall}/place", body)


def _renew_codes(scene: Scene) -> TestResponse:
    return scene.send("POST", "door-screens/keys", {"station_id": scene.hall, "reason": "码被人拍了"})


def _plan(scene: Scene) -> TestResponse:
    scene.planned()
    return scene.planning


def _unplan(scene: Scene) -> TestResponse:
    planned = scene.office.get("/api/v1/duty-plan?from=2026-11-20&to=2026-12-20").json["planned_shifts"]
    return scene.send("POST", f"duty-plan/{planned[0]['id']}/removal", {"reason": "不排了"})


def _rename(scene: Scene) -> TestResponse:
    topic = scene.office.get("/api/v1/settings").json["topics"][0]
    body = {"noun": "topic", "version": topic["version"], "name": "另一个名称", "reason": "说法变了"}
    return scene.send("PATCH", f"settings/{topic['id']}", body)


def _import(scene: Scene) -> TestResponse:
    def send(**query: str) -> TestResponse:
        return scene.client.post(
            "/api/v1/imports/members",
            data=IMPORT.encode(),
            query_string=query,
            headers=scene.office.headers | {"Content-Type": "application/octet-stream"},
        )

    return send(apply=send(name="x.csv").json["digest"], name="x.csv")


def _put_template(scene: Scene) -> TestResponse:
    file = scene.office.get("/api/v1/reports/template.docx").data
    headers = scene.office.headers | {"Content-Type": "application/octet-stream"}
    return scene.client.put("/api/v1/reports/template?name=own.docx", data=file, headers=headers)


def _door_code(scene: Scene) -> TestResponse:
    return scene.send("POST", "door-screens/codes", {"station_id": scene.hall})


def _enrol_door(scene: Scene) -> TestResponse:
    body = {"code": _door_code(scene).json["code"], "device": {"name": "平板"}}
    return scene.client.post("/api/v1/door", json=body)


def _stop_door(scene: Scene) -> TestResponse:
    _enrol_door(scene)
    screens = scene.office.get(f"/api/v1/door-screens?station_id={scene.hall}").json["door_screens"]
    return scene.send("DELETE", f"door-screens/{screens[0]['id']}?is_lost=true")


def _stop_key(scene: Scene) -> TestResponse:
    key = scene.send("POST", "export-keys", {"name": "表"}).json["id"]
    return scene.send("DELETE", f"export-keys/{key}")


def _answer(scene: Scene) -> TestResponse:
    id = any_uuid()
    scene.send("POST", "suggestions", {"id": id, "text": "字太小"}, by=scene.member)
    return scene.send("PUT", f"suggestions/{id}/answer", {"answer": "下一版放大"})


def _propose(scene: Scene) -> TestResponse:
    rules = scene.office.get("/api/v1/rules").json
    body = {
        "version": rules["version"],
        "standard": [*rules["rules"]["standard"], "公示牌"],
        "thresholds": {each["name"]: rules["rules"][each["name"]] for each in rules["limits"]},
        "reason": "新办法",
    }
    return scene.send("POST", "rules/proposals", body)


def _withdraw(scene: Scene) -> TestResponse:
    proposal = scene.office.get("/api/v1/rules").json["proposals"][0]["id"]
    return scene.send(
        "POST", f"rules/proposals/{proposal}/decision", {"decision": "withdraw", "reason": "重提"}
    )


def _add_person(scene: Scene) -> TestResponse:
    body = {"code": "N-1", "name": "新来的", "role": "member", "reason": "新任"}
    return scene.send("POST", "members", body | {"stations": [scene.hall]})


def _edit_person(scene: Scene) -> TestResponse:
    body = {"version": 0, "reason": "改名", "changes": {"name": "另一个名字"}}
    return scene.send("POST", f"members/{scene.cast.here.members['colleague']}/edits", body)


def _reveal(scene: Scene) -> TestResponse:
    named = {"name": "某某", "consent": True, "consent_version": "2026-1"}
    [result] = scene.member.sync(scene.member.reception(scene.hall, constituent=named))
    return scene.send("POST", f"receptions/{result['id']}/constituent", {"reason": "回访"})


def _reveal_held(scene: Scene) -> TestResponse:
    named = {"name": "某某", "consent": True, "consent_version": "2026-1"}
    entry = scene.member.reception(scene.hall, constituent=named)
    [result] = scene.member.sync(entry | {"on_behalf_of": scene.cast.here.members["colleague"]})
    rows = scene.office.get("/api/v1/held-entries").json["held_entries"]
    [content_hash] = [row["content_hash"] for row in rows if row["id"] == result["id"]]
    body = {"content_hash": content_hash, "reason": "核实"}
    return scene.send("POST", f"held-entries/{result['id']}/constituent", body)


def _sign_in(scene: Scene) -> TestResponse:
    account = {"account": "district_officer@here", "password": PASSWORD}
    return scene.client.post("/api/v1/sign-ins", json=account | {"device": {"name": "办公室"}})


def _enrol_staff(scene: Scene) -> TestResponse:
    code = scene.cast.code_for("liaison")
    return scene.client.post("/api/v1/enrolments", json={"code": code, "device": {"name": "手机"}})


def _sign_out(scene: Scene) -> TestResponse:
    return scene.send("DELETE", "sign-ins/current", by=scene.cast.phone("liaison"))


def _sign_another_out(scene: Scene) -> TestResponse:
    return scene.send("DELETE", f"sign-ins/{scene.cast.phone('city_officer').device_id}")


def _code(scene: Scene, kind: str = "") -> TestResponse:
    return scene.send("POST", f"enrolment-codes{kind}", {"member_id": scene.cast.here.members["colleague"]})


def _reset(scene: Scene) -> TestResponse:
    code = _code(scene, "/reset").json["code"]
    return scene.client.post("/api/v1/password-resets", json={"code": code, "new_password": NEW_PASSWORD})


def _set_password(scene: Scene) -> TestResponse:
    who = scene.cast.phone("other_officer")
    body = {"password": PASSWORD, "new_password": NEW_PASSWORD}
    return scene.send("PUT", "account/password", body, by=who)


def _begin(scene: Scene) -> TestResponse:
    scene.doubly = scene.cast.phone("other_liaison")
    answer = scene.send("POST", "account/second-factor", {"password": PASSWORD}, by=scene.doubly)
    scene.secret = answer.json["secret"]
    return answer


def _one_time_code(scene: Scene, later: int = 0) -> str:
    return pyotp.TOTP(scene.secret).at(clock.now() + timedelta(seconds=later))


def _confirm(scene: Scene) -> TestResponse:
    _begin(scene)
    body = {"one_time_code": _one_time_code(scene)}
    return scene.send("PUT", "account/second-factor", body, by=scene.doubly)


def _remove_factor(scene: Scene) -> TestResponse:
    codes = {"password": PASSWORD, "one_time_code": _one_time_code(scene, 30)}
    return scene.send("POST", "account/second-factor/removal", codes, by=scene.doubly)


def _get(path: str) -> Callable[[Scene], TestResponse]:
    return lambda scene: scene.send("GET", path)


def _of_edition(kind: str) -> Callable[[Scene], TestResponse]:
    return lambda scene: scene.send("GET", f"reports/{scene.edition()}.{kind}")


WINDOW = "window=30d"
# In this order, since some acts need what an earlier one left.
ACTS: dict[str, Act] = {
    "POST /api/v1/held-entries/{entry_id}/release": Act("held_entry.released", _settle("release")),
    "POST /api/v1/held-entries/{entry_id}/constituent": Act("constituent.revealed", _reveal_held),
    "POST /api/v1/held-entries/{entry_id}/close": Act("held_entry.closed", _settle("close")),
    "POST /api/v1/held-entries/decisions": Act("held_entry.closed", _decide),
    "POST /api/v1/stations/{station_id}/edits": Act("station.edited", _edit_station),
    "POST /api/v1/stations/{station_id}/place": Act("station.edited", _move_station),
    "POST /api/v1/duty-plan": Act("planned_shift.made", _plan),
    "POST /api/v1/duty-plan/{shift_id}/removal": Act("planned_shift.removed", _unplan),
    "POST /api/v1/settings": Act(
        "topic.made",
        lambda scene: scene.send(
            "POST", "settings", {"noun": "topic", "code": "parks", "name": "公园", "reason": "常提"}
        ),
    ),
    "PATCH /api/v1/settings/{thing_id}": Act("topic.edited", _rename),
    "POST /api/v1/rules/proposals": Act("rules.proposed", _propose),
    "POST /api/v1/rules/proposals/{proposal_id}/decision": Act("rules.withdraw", _withdraw),
    "POST /api/v1/receptions/{reception_id}/constituent": Act("constituent.revealed", _reveal),
    "POST /api/v1/members": Act("member.made", _add_person),
    "POST /api/v1/members/{member_id}/edits": Act("member.edited", _edit_person),
    "POST /api/v1/imports/{sheet}": Act("import.applied", _import),
    "POST /api/v1/reports": Act("report.issued", lambda scene: try_to_issue(scene.office)),
    "PUT /api/v1/reports/template": Act("report_template.placed", _put_template),
    "DELETE /api/v1/reports/template": Act(
        "report_template.removed", lambda scene: scene.send("DELETE", "reports/template")
    ),
    "POST /api/v1/door-screens/codes": Act("code.issued", _door_code),
    "POST /api/v1/door-screens/keys": Act("station.codes_renewed", _renew_codes),
    "POST /api/v1/door": Act("door_screen.enrolled", _enrol_door, device=False),
    "DELETE /api/v1/door-screens/{screen_id}": Act("door_screen.revoked", _stop_door),
    "POST /api/v1/export-keys": Act(
        "export_key.made", lambda scene: scene.send("POST", "export-keys", {"name": "表"})
    ),
    "DELETE /api/v1/export-keys/{key_id}": Act("export_key.stopped", _stop_key),
    "PUT /api/v1/suggestions/{suggestion_id}/answer": Act("suggestion.answered", _answer),
    "POST /api/v1/sign-ins": Act("device.signed_in", _sign_in),
    "POST /api/v1/enrolments": Act("device.signed_in", _enrol_staff),
    "DELETE /api/v1/sign-ins/current": Act("device.signed_out", _sign_out),
    "DELETE /api/v1/sign-ins/{device_id}": Act("device.signed_out", _sign_another_out),
    "POST /api/v1/enrolments/transfer": Act(
        "code.issued", lambda scene: scene.send("POST", "enrolments/transfer", by=scene.member)
    ),
    "POST /api/v1/enrolment-codes": Act("code.issued", _code),
    "POST /api/v1/enrolment-codes/sheet": Act(
        "code.issued",
        lambda scene: scene.send(
            "POST", "enrolment-codes/sheet", {"member_ids": [scene.cast.here.members["stranger"]]}
        ),
    ),
    "POST /api/v1/enrolment-codes/reset": Act("code.issued", lambda scene: _code(scene, "/reset")),
    "POST /api/v1/password-resets": Act("account.password_reset", _reset, device=False),
    "PUT /api/v1/account/password": Act("account.password_set", _set_password),
    "POST /api/v1/account/second-factor": Act("account.second_factor_begun", _begin),
    "PUT /api/v1/account/second-factor": Act("account.second_factor_on", _confirm),
    "POST /api/v1/account/second-factor/removal": Act("account.second_factor_off", _remove_factor),
    "PATCH /api/v1/me": Act(
        "member.chose",
        lambda scene: scene.send("PATCH", "me", {"shows_name_at_door": True}, by=scene.member),
    ),
    "PATCH /api/v1/devices/{device_id}": Act(
        "device.named",
        lambda scene: scene.send("PATCH", f"devices/{scene.member.device_id}", {"name": "旧手机"}),
    ),
    "DELETE /api/v1/devices/{device_id}": Act(
        "device.revoked",
        lambda scene: scene.send("DELETE", f"devices/{scene.cast.phone('stranger').device_id}"),
    ),
    "GET /api/v1/audit-events.{kind}": Act(
        "file.fetched", lambda scene: scene.send("GET", "audit-events.csv", by=scene.auditor)
    ),
    "GET /api/v1/coverage.{kind}": Act("file.fetched", _get(f"coverage.csv?{WINDOW}")),
    "GET /api/v1/coverage/gaps.{kind}": Act("file.fetched", _get(f"coverage/gaps.xlsx?{WINDOW}")),
    "GET /api/v1/coverage/hours.{kind}": Act("file.fetched", _get(f"coverage/hours.csv?{WINDOW}")),
    "GET /api/v1/coverage/trend.{kind}": Act("file.fetched", _get(f"coverage/trend.csv?{WINDOW}")),
    "GET /api/v1/coverage/weeks.{kind}": Act("file.fetched", _get(f"coverage/weeks.csv?{WINDOW}&by=street")),
    "GET /api/v1/coverage/stations/{station_id}.{kind}": Act(
        "file.fetched",
        lambda scene: scene.send("GET", f"coverage/stations/{scene.hall}.csv?{WINDOW}"),
    ),
    "GET /api/v1/reports/{report_id}.{kind}": Act("file.fetched", _of_edition("csv")),
    "GET /api/v1/reports/preview.docx": Act("file.fetched", _get(f"reports/preview.docx?period={NOVEMBER}")),
}

# What changes something and leaves no event, and why.
EXEMPT = {
    "POST /api/v1/sync": "the receipts are that record, and they are sealed themselves",
    "POST /api/v1/rescue-files": "the same: what is handed in has receipts that name who handed it in",
    "POST /api/v1/suggestions": "the suggestion is its own record; nobody is watched while writing one",
    "GET /api/v1/reports/template.docx": "an empty form: it tells nothing of anybody",
}
