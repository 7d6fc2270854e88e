"""The suggestion box: everybody may write, the city's office answers, the writer reads it."""

from tests.cast import Cast, Phone, Time, any_uuid

PATH = "/api/v1/suggestions"


def write(phone: Phone, text: str = "字再大一点", **more: str) -> str:
    id = more.pop("id", any_uuid())
    answer = phone.post(PATH, {"id": id, "text": text} | more)
    assert answer.status_code == 201, answer.text
    return id


def reply(office: Phone, id: str, text: str = "下一版就有") -> int:
    path = f"{PATH}/{id}/answer"
    return office.client.put(path, json={"answer": text}, headers=office.headers).status_code


def test_what_a_member_writes_is_answered_where_it_was_written(cast: Cast) -> None:
    phone, office = cast.phone("member"), cast.phone("city_officer")
    id = write(phone, app_version="0.1.0")
    [found] = office.get(f"{PATH}/box").json["suggestions"]
    assert (found["text"], found["member_name"], found["app_version"]) == (
        "字再大一点",
        "member（测试）",
        "0.1.0",
    )
    assert reply(office, id) == 200
    [own] = phone.get(PATH).json["suggestions"]
    assert own["answer"] == "下一版就有"
    assert office.get(f"{PATH}/box").json["suggestions"] == []
    assert len(office.get(f"{PATH}/box?answered=true").json["suggestions"]) == 1


def test_a_repeat_is_one_suggestion_and_anothers_id_is_nobodys(cast: Cast) -> None:
    phone, id = cast.phone("member"), any_uuid()
    write(phone, id=id)
    write(phone, "another text, by a second click", id=id)
    assert [each["text"] for each in phone.get(PATH).json["suggestions"]] == ["字再大一点"]
    stolen = cast.phone("colleague").post(PATH, {"id": id, "text": "mine"})
    assert (stolen.status_code, stolen.json["code"]) == (404, "suggestion.not_found")


def test_others_read_nothing(cast: Cast) -> None:
    id = write(cast.phone("member"))
    for who in ("member", "liaison", "district_officer", "auditor"):
        assert cast.phone(who).get(f"{PATH}/box").json["code"] == "scope.denied"
    assert cast.phone("colleague").get(PATH).json["suggestions"] == []
    elsewhere = cast.phone("city_officer", network=cast.elsewhere)
    assert elsewhere.get(f"{PATH}/box").json["suggestions"] == []
    assert reply(elsewhere, id) == reply(elsewhere, any_uuid()) == 404


def test_the_office_reads_page_by_page(cast: Cast, time: Time) -> None:
    phone, office = cast.phone("member"), cast.phone("city_officer")
    for number in range(53):
        write(phone, f"第 {number} 条")
        time.passes(seconds=number % 2)
    first = office.get(f"{PATH}/box").json
    rest = office.get(f"{PATH}/box?after={first['next']}").json
    texts = [each["text"] for each in first["suggestions"] + rest["suggestions"]]
    assert (len(first["suggestions"]), rest["next"]) == (50, None)
    assert sorted(texts) == sorted(f"第 {number} 条" for number in range(53))
    assert office.get(f"{PATH}/box?after=nonsense").status_code == 422
