"""Which databases this release serves on."""

import pytest
from sqlalchemy import text

from tests.cast import Cast
from workstation.database import db, writing


@pytest.mark.parametrize(
    ("revision", "status"),
    [("9999", 200), ("0000", 503), ("a1b2c3d4e5f6", 503)],
    ids=["a later release's", "one that never was", "another program's"],
)
def test_ready_is_who_stands_at_a_known_or_a_later_migration(
    sqlite_cast: Cast, revision: str, status: int
) -> None:
    app = sqlite_cast.app
    assert app.test_client().get("/readyz").status_code == 200
    with app.app_context(), writing():
        db.session.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": revision})
    assert app.test_client().get("/readyz").status_code == status
