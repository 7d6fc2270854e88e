"""Changes door screens. Times and fresh secrets come in as arguments."""

from datetime import datetime

from sqlalchemy import update

from workstation.audit.operations import Actor, Deed, note
from workstation.check_ins.models import DoorScreen
from workstation.database import db
from workstation.errors import Refusal
from workstation.ids import new_id
from workstation.network.models import Station
from workstation.people.models import EnrolmentCode
from workstation.people.operations import DeviceCard, may_repeat, note_device, use_code
from workstation.people.queries import find_code


def redeem_door_code(*, code_hash: str, card: DeviceCard, now: datetime) -> DoorScreen:
    """Enrols a screen for the code's station. Wrong, used and expired codes are refused alike.

    Refuses with sign_in.refused; so is a person's code, which stays unused. The same code from the same
    installation within 10 minutes gives the same screen a fresh token.
    """
    code = find_code(code_hash=code_hash)
    if code is None or code.station_id is None:
        raise Refusal("sign_in.refused")
    if not use_code(code, now=now):
        return _repeat_enrolment(code=code, card=card, now=now)
    _retire_former(network_id=code.network_id, card=card, now=now)
    screen = DoorScreen(
        network_id=code.network_id,
        id=new_id(),
        station_id=code.station_id,
        name=card.name,
        installation_id=card.installation_id,
        key_thumbprint=card.key_thumbprint,
        token_hash=card.token_hash,
        enrolled_at=now,
    )
    db.session.add(screen)
    note_device(code, device_id=screen.id)
    deed = Deed("door_screen.enrolled", "door_screen", screen.id, after={"station_id": code.station_id})
    note(actor=Actor(network_id=code.network_id, now=now, device_id=screen.id), deeds=[deed])
    return screen


def _repeat_enrolment(*, code: EnrolmentCode, card: DeviceCard, now: datetime) -> DoorScreen:
    db.session.refresh(code)
    screen = db.session.get(DoorScreen, (code.network_id, code.device_id)) if code.device_id else None
    if screen is None or not may_repeat(code=code, device=screen, card=card, now=now):
        raise Refusal("sign_in.refused")
    screen.token_hash = card.token_hash
    screen.key_thumbprint = card.key_thumbprint
    return screen


def _retire_former(*, network_id: int, card: DeviceCard, now: datetime) -> None:
    """One tablet stands at one door: what it was before ends."""
    if card.installation_id is None:
        return
    former = (
        (DoorScreen.network_id == network_id)
        & (DoorScreen.installation_id == card.installation_id)
        & DoorScreen.revoked_at.is_(None)
    )
    db.session.execute(update(DoorScreen).where(former).values(revoked_at=now))


def revoke_door_screen(screen: DoorScreen, *, is_lost: bool, now: datetime) -> None:
    """Stops a screen. One that is lost may still show codes: so the station's keys change as well.

    The station's other screens have the new keys with their next call; what phones noted of the old codes
    and have not sent yet counts as not verified.
    """
    screen.revoked_at = screen.revoked_at or now
    if is_lost:
        renew_codes(network_id=screen.network_id, station_id=screen.station_id)


def renew_codes(*, network_id: int, station_id: str) -> int:
    """Gives a station another secret for its codes; the number of the new one.

    Whatever was made from the one before is worth nothing at once: keys on screens, codes noted on phones.
    """
    own = (Station.network_id == network_id) & (Station.id == station_id)
    raised = update(Station).where(own).values(code_epoch=Station.code_epoch + 1)
    return int(db.session.scalars(raised.returning(Station.code_epoch)).one())
