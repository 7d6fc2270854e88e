"""Notices on the wire: what others did with a person's records, told whole, so that it reads offline too."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from api.schemas.base import write_moment
from api.schemas.feed import NoticeOut
from workstation.database import db
from workstation.people.models import Notice
from workstation.people.queries import list_names
from workstation.sync.entries import Kept
from workstation.sync.queries import find_kept, list_families
from workstation.sync.stories import corrected, in_order

dump = NoticeOut().dump


def notices_data(*, network_id: int, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Notice id → notice. One about an entry also says who wrote what, and how it had been before."""
    found = select(Notice).where(Notice.network_id == network_id, Notice.id.in_(ids))
    notices = list(db.session.scalars(found))
    named = {each.data["entry_id"] for each in notices if "entry_id" in each.data}
    entries = find_kept(network_id=network_id, ids=named) if named else {}
    families = list_families(
        network_id=network_id, root_ids={kept.root_id for kept in entries.values() if kept.root_id}
    )
    names = list_names(network_id=network_id, ids=sorted({_hand(kept) for kept in entries.values()}))
    return {notice.id: _told(notice, entries, families, names) for notice in notices}


def _told(
    notice: Notice, entries: dict[str, Kept], families: dict[str, Kept], names: dict[str, str]
) -> dict[str, Any]:
    kept = entries.get(notice.data.get("entry_id", ""))
    told: dict[str, Any] = dump(notice)
    if kept is None:
        return told
    target = families.get(kept.target_id or "")
    return told | {
        "data": notice.data
        | {
            "by_name": names.get(_hand(kept)),
            "kind": kept.kind,
            "recorded_at": write_moment(kept.recorded_at),
            "body": kept.body,
            "target": target and _before(target, kept, families),
        }
    }


def _hand(kept: Kept) -> str:
    """Who wrote it."""
    return kept.entered_by_id or kept.member_id


def _before(target: Kept, kept: Kept, families: dict[str, Kept]) -> dict[str, Any]:
    """What `kept` speaks about, as it stood before."""
    story = in_order(each for each in families.values() if each.root_id == target.root_id)
    earlier = story[: story.index(kept)] if kept in story else story
    return {
        "kind": target.kind,
        "occurred_at": write_moment(target.occurred_at),
        "body": corrected(target, earlier)[0],
    }
