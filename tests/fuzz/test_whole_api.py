"""Every operation of the OpenAPI document with what the document allows and what it does not (Schemathesis).

No 5xx, and no answer that the document does not promise: status, kind of content, shape. `make soak` tries
fifteen times as many.
"""

from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis.strategies import sampled_from
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.walking import Walk
from tests.cast import Cast

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SOAKS = (hypothesis.settings.default.max_examples or 0) >= 1000
CASES = 75 if SOAKS else 6
WHO = ("city", "city", "officer", "auditor", "liaison", "member")
SETTINGS = hypothesis.settings(
    max_examples=CASES,
    deadline=None,
    derandomize=not SOAKS,  # the gate finds the same each time; the soak goes on looking
    database=None if not SOAKS else hypothesis.settings.default.database,
    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if SOAKS else [])],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def document(searched: Walk) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", searched.cast.app)


def headers_of(walk: Walk, who: str) -> dict[str, str]:
    """Signed in as this one, also when a case before has signed them out."""
    headers = walk.callers[who]
    if walk.cast.client.get("/api/v1/me", headers=headers).status_code == 401:
        walk.restore()
    return headers | {"Accept-Encoding": "identity"}


def test_each_operation_answers_as_documented(document: Any, searched: Walk) -> None:
    """All failures together: each says which call it was, as a line for curl."""
    failures, made = {}, 0
    for result in document.get_all_operations():
        operation = result.ok()
        try:
            made += _search(operation, searched)
        except (schemathesis.checks.FailureGroup, AssertionError) as found:
            failures[operation.label] = "\n".join(str(each) for each in getattr(found, "exceptions", [found]))
    assert failures or made >= (5_000 if SOAKS else 500)
    assert not failures, "\n\n".join(f"== {label}\n{said}" for label, said in failures.items())


def _search(operation: Any, walk: Walk) -> int:
    """How many calls were made."""
    made = []

    @hypothesis.given(case=operation.as_strategy(), who=sampled_from(WHO))
    @SETTINGS
    def calls(case: Any, who: str) -> None:
        made.append(who)
        case.call_and_validate(headers=headers_of(walk, who), checks=CHECKS)

    calls()
    return len(made)


def test_one_answer_leads_to_the_next_call(document: Any, searched: Walk) -> None:
    """Stateful: what one operation gives, the next takes, in orders that nobody thought of."""

    class Walking(document.as_state_machine()):  # type: ignore[misc]  # made at run time
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": headers_of(searched, "city")}

        def validate_response(self, response: Any, case: Any, **more: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    Walking.run(
        settings=hypothesis.settings(SETTINGS, max_examples=400 if SOAKS else 15, stateful_step_count=8)
    )


def test_the_document_knows_every_address(document: Any, searched: Walk) -> None:
    said = searched.cast.app.test_client().get("/api/v1/openapi.json").json["paths"]
    assert sum(len(operations) for operations in said.values()) > 90
    assert isinstance(searched.cast, Cast)
