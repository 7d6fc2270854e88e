"""Changes accounts: signing in, passwords, the second factor. Times and secrets come in as arguments."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from workstation.accounts.models import RecoveryCode, SecondFactor
from workstation.accounts.queries import find_second_factor
from workstation.accounts.rules import ACCOUNT_MOST, fitting_step, is_easy, plain_digits
from workstation.database import db, insert_rows
from workstation.errors import Refusal
from workstation.ids import new_id
from workstation.keys import Keys
from workstation.people.models import Device, Member
from workstation.people.operations import DeviceCard, add_device, use_code
from workstation.people.passwords import matches
from workstation.people.queries import (
    find_account,
    find_code,
    find_member,
    is_account_taken,
    list_recent_failures,
)
from workstation.people.rules import (
    OFFICE_PLATFORM,
    is_readable,
    plain_account,
    plain_code,
    wait_after_failures,
)

PURPOSE = "second factor"


class Slowed(Refusal):
    """Too many guesses; the next may come after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("sign_in.too_many")
        self.wait = wait


class WrongOneTimeCode(Refusal):
    """The password fitted and the code did not. `guesses_on` is where guesses at this person are counted."""

    def __init__(
        self, *, guesses_on: str, code: str = "sign_in.refused", fields: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(code, fields=fields)
        self.guesses_on = guesses_on


def fitting_hash(*, account: str, password: str) -> str | None:
    """The stored hash that the password fits, None when it fits none: takes 20 ms whatever it was.

    Like all that hashes, never inside a write transaction: SQLite lets one write at a time.
    """
    member = find_account(account)
    stored = member.password_hash if member else None
    return stored if matches(password, stored=stored) else None


def sign_in(
    *,
    account: str,
    fitted: str | None,
    one_time_code: str | None,
    card: DeviceCard,
    keys: Keys,
    now: datetime,
) -> Device:
    """Enrols an installation by password. Refuses with sign_in.refused, in the same time whatever it was.

    `fitted` is what `fitting_hash` said a moment ago: a password that was changed meanwhile opens nothing.
    Who has a second factor and gave no code is refused with sign_in.second_factor once the password fits.
    """
    member = find_account(account)
    fits = member is not None and fitted is not None and member.password_hash == fitted
    if member is None or not fits or member.disabled_at is not None:
        raise Refusal("sign_in.refused")
    prove_second_factor(member=member, one_time_code=one_time_code, keys=keys, now=now)
    return add_device(member=member, card=card, now=now)


def prove_second_factor(*, member: Member, one_time_code: str | None, keys: Keys, now: datetime) -> None:
    """Takes a code of the authenticator, or a recovery code, and uses it up.

    Guesses are counted per person here, from wherever they come: only who knows the password gets so far,
    so that nobody else can keep a person out by guessing.
    """
    factor = find_second_factor(network_id=member.network_id, member_id=member.id)
    if factor is None or factor.confirmed_at is None:
        return
    if not one_time_code:
        raise Refusal("sign_in.second_factor")
    guesses_on = keys.digest("account", f"{PURPOSE} {member.network_id} {member.id}".encode())
    failed, _ = list_recent_failures(address_hash=guesses_on, account_hash=guesses_on, now=now)
    wait = wait_after_failures(now=now, on_account=failed, from_address=[])
    if wait is not None:
        raise Slowed(wait)
    if not (
        _take_step(factor, one_time_code, keys=keys, now=now)
        or _take_recovery_code(factor, one_time_code, keys, now)
    ):
        raise WrongOneTimeCode(guesses_on=guesses_on)


def _take_step(factor: SecondFactor, code: str, *, keys: Keys, now: datetime) -> bool:
    secret = keys.decrypt(PURPOSE, factor.sealed_secret, bound_to=_owner(factor))
    if secret is None:
        return False
    step = fitting_step(plain_digits(code), secret=secret.decode(), now=now, after=factor.last_step)
    if step is None:
        return False
    # One statement decides: of two calls with the same code the second finds no row.
    unused = (
        (SecondFactor.network_id == factor.network_id)
        & (SecondFactor.member_id == factor.member_id)
        & (SecondFactor.last_step < step)
    )
    taken = update(SecondFactor).where(unused).values(last_step=step).returning(SecondFactor.last_step)
    return db.session.execute(taken).first() is not None


def _take_recovery_code(factor: SecondFactor, code: str, keys: Keys, now: datetime) -> bool:
    unused = (
        (RecoveryCode.network_id == factor.network_id)
        & (RecoveryCode.member_id == factor.member_id)
        & (RecoveryCode.code_hash == recovery_hash(code, keys=keys))
        & RecoveryCode.used_at.is_(None)
    )
    taken = update(RecoveryCode).where(unused).values(used_at=now).returning(RecoveryCode.id)
    return db.session.execute(taken).first() is not None


def recovery_hash(code: str, *, keys: Keys) -> str:
    """How a recovery code is stored and looked up."""
    return keys.digest("recovery code", plain_code(code).encode("utf-8", "surrogatepass"))


def _owner(factor: SecondFactor) -> str:
    return f"{factor.network_id} {factor.member_id}"


def begin_second_factor(*, network_id: int, member_id: str, secret: str, keys: Keys, now: datetime) -> None:
    """Keeps a fresh secret that counts for nothing until confirmed. Refuses with second_factor.on."""
    factor = find_second_factor(network_id=network_id, member_id=member_id)
    if factor is not None and factor.confirmed_at is not None:
        raise Refusal("second_factor.on")
    factor = factor or SecondFactor(network_id=network_id, member_id=member_id)
    factor.sealed_secret = keys.encrypt(PURPOSE, secret.encode(), bound_to=_owner(factor))
    factor.begun_at, factor.last_step = now, 0
    db.session.add(factor)
    db.session.flush()


def confirm_second_factor(
    *,
    network_id: int,
    member_id: str,
    one_time_code: str,
    recovery_codes: Sequence[str],
    keys: Keys,
    now: datetime,
) -> None:
    """From now on signing in takes a code. Refuses with second_factor.wrong, or when none was begun."""
    factor = find_second_factor(network_id=network_id, member_id=member_id)
    if factor is None or factor.confirmed_at is not None:
        raise Refusal("second_factor.none_begun")
    if not _take_step(factor, one_time_code, keys=keys, now=now):
        raise Refusal("second_factor.wrong", fields={"one_time_code": ["数字不对。"]})
    factor.confirmed_at = now
    _forget_recovery_codes(network_id, member_id)
    insert_rows(
        RecoveryCode,
        [
            {
                "network_id": network_id,
                "id": new_id(),
                "member_id": member_id,
                "code_hash": recovery_hash(code, keys=keys),
            }
            for code in recovery_codes
        ],
    )


def remove_second_factor(*, network_id: int, member_id: str) -> None:
    """Signing in takes the password alone again; what was begun is forgotten too."""
    own = (SecondFactor.network_id == network_id) & (SecondFactor.member_id == member_id)
    db.session.execute(delete(SecondFactor).where(own))
    _forget_recovery_codes(network_id, member_id)


def _forget_recovery_codes(network_id: int, member_id: str) -> None:
    own = (RecoveryCode.network_id == network_id) & (RecoveryCode.member_id == member_id)
    db.session.execute(delete(RecoveryCode).where(own))


def check_password(*, network_id: int, member_id: str, password: str | None) -> str | None:
    """That the person at the device knows the password too. Refuses with password.wrong.

    Gives the hash that it fits, None where there is no password yet, for `still_has`. Takes 20 ms, see
    `fitting_hash`.
    """
    stored = db.session.get_one(Member, (network_id, member_id)).password_hash
    if stored is not None and not matches(password or "", stored=stored):
        raise Refusal("password.wrong", fields={"password": ["密码不对。"]})
    return stored


def still_has(*, network_id: int, member_id: str, stored: str | None) -> Member:
    """The person whose password was checked a moment ago.

    Refuses with password.wrong if it is another by now.
    """
    member = db.session.get_one(Member, (network_id, member_id))
    if member.password_hash != stored:
        raise Refusal("password.wrong", fields={"password": ["密码不对。"]})
    return member


def refuse_easy(*, member: Member | None, account: str | None, password: str) -> None:
    """Refuses with password.easy. Takes up to a quarter of a second: never while others wait to write."""
    known = (member.account or account or "", member.name, member.code) if member else ()
    if member is not None and is_easy(password, known=known):
        raise Refusal("password.easy", fields={"new_password": ["太容易猜到。"]})


def set_password(*, member: Member, account: str | None, password_hash: str) -> None:
    """Gives a person a password, and an account if there is none yet.

    Refuses with account.missing, account.taken, or request.invalid for a name that nobody could read or
    keep; `refuse_easy` and `hash_password` come before.
    """
    account = member.account or plain_account(account or "")
    if not account:
        raise Refusal("account.missing", fields={"account": ["必填。"]})
    if len(account) > ACCOUNT_MOST or not is_readable(account):
        raise Refusal("request.invalid", fields={"account": ["太长，或含有看不见的字符。"]})
    if member.account is None and is_account_taken(account):
        raise Refusal("account.taken", fields={"account": ["已有人使用。"]})
    member.account, member.password_hash = account, password_hash
    try:
        db.session.flush()
    except IntegrityError:
        raise Refusal("account.taken", fields={"account": ["已有人使用。"]}) from None


def find_holder(*, code_hash: str) -> Member | None:
    """Whom a code from the office lets set a password, used or not; None when there is nobody."""
    code = find_code(code_hash=code_hash)
    if code is None or code.purpose != "reset" or code.member_id is None:
        return None
    member = find_member(network_id=code.network_id, member_id=code.member_id)
    return None if member is None or member.disabled_at is not None else member


def reset_password(*, code_hash: str, account: str | None, password_hash: str, now: datetime) -> Member:
    """What a code from the office allows: a new password, no second factor, no open office pages.

    Wrong, used and expired codes are refused alike with code.unusable. A password that is refused burns
    no code.
    """
    code, member = find_code(code_hash=code_hash), find_holder(code_hash=code_hash)
    if code is None or member is None or not use_code(code, now=now):
        raise Refusal("code.unusable")
    set_password(member=member, account=account, password_hash=password_hash)
    remove_second_factor(network_id=member.network_id, member_id=member.id)
    end_office_sessions(network_id=member.network_id, member_id=member.id)
    return member


def end_office_sessions(*, network_id: int, member_id: str, but: str | None = None) -> None:
    """Signs a person out of every office page but the device `but`. Phones stay: they may hold records."""
    pages = (Device.network_id == network_id) & (Device.member_id == member_id)
    pages &= Device.platform == OFFICE_PLATFORM
    if but is not None:
        pages &= Device.id != but
    db.session.execute(update(Device).where(pages).values(token_hash=None))
