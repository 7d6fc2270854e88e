"""Phones with a key: what the server knows of it, and the proof (DPoP) that goes with a call."""

from collections.abc import Sequence
from hashlib import sha256

from joserfc import jwt
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64encode
from sqlalchemy import update

from api.proofs import make_nonce, present_minute
from bench.databases import SECRET
from bench.network import Founded
from workstation.database import db, writing
from workstation.ids import new_id
from workstation.keys import Keys
from workstation.people.models import Device

KEYS = Keys(SECRET.encode())


def bind(founded: Founded, keys: Sequence[ECKey]) -> None:
    """From now on the first phones answer to these keys alone."""
    with writing():
        for phone, key in zip(founded.phones, keys, strict=False):
            own = (Device.network_id == founded.network_id) & (Device.id == phone.device_id)
            db.session.execute(update(Device).where(own).values(key_thumbprint=key.thumbprint()))


def proof(token: str, key: ECKey, *, host: str) -> str:
    """For one call of sync, now."""
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
    claims = {
        "htm": "POST",
        "htu": f"http://{host}/api/v1/sync",
        "jti": new_id(),
        "iat": 0,
        "ath": urlsafe_b64encode(sha256(token.encode()).digest()).decode(),
        "nonce": make_nonce(minute=present_minute(), keys=KEYS),
    }
    return jwt.encode(header, claims, key)
