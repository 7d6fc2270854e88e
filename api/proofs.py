"""Proofs that a call was made with the device's own key (DPoP, RFC 9449), each taken once.

The nonce is the server's, and the phone's clock is not consulted. A nonce is the present minute under a
keyed hash, so that every worker knows it and none stores it. While a nonce lives, the workers remember
together which proofs they saw (api/shared_memory.py): one that was overheard is worth nothing a second time.
"""

import hmac
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, g, request
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64encode

from api import clock
from api.app_keys import app_keys
from api.shared_memory import shared_memory
from workstation.errors import Refusal
from workstation.keys import Keys

NONCE_MINUTES = 10
PROOF_ALGORITHMS = ["ES256"]


def check_proof(*, token: str, thumbprint: str, scheme: str) -> None:
    """The call was made by the device's own key, for this very address, with a fresh nonce of ours."""
    g.wants_nonce = True
    proof = request.headers.get("DPoP", "")
    if scheme != "dpop" or not proof:
        raise Refusal("sign_in.nonce")
    try:
        claims = _read_proof(proof, thumbprint=thumbprint)
        fits = _is_for_this_call(claims) and _is_for_this_token(claims, token)
    except (JoseError, ValueError, KeyError, TypeError):
        fits, claims = False, {}
    if not fits:
        raise Refusal("sign_in.required")
    if not _is_our_nonce(str(claims.get("nonce", ""))) or not _is_first(claims["jti"], thumbprint):
        # A browser may repeat a call whose connection broke: with a fresh nonce it makes a fresh proof.
        raise Refusal("sign_in.nonce")


def _is_first(jti: str, thumbprint: str) -> bool:
    name = f"{thumbprint} {jti}".encode("utf-8", "surrogatepass")
    return shared_memory().is_new(name, minute=present_minute(), keeps_minutes=NONCE_MINUTES + 1)


def _read_proof(proof: str, *, thumbprint: str) -> dict[str, Any]:
    header = jws.extract_compact(proof.encode()).headers()
    key = ECKey.import_key(header["jwk"])
    if header.get("typ") != "dpop+jwt" or key.is_private or key.thumbprint() != thumbprint:
        raise ValueError("not this device's key")
    # The header carries the key itself, which joserfc's default registry would refuse as unknown.
    registry = jws.JWSRegistry(algorithms=PROOF_ALGORITHMS, strict_check_header=False)
    return dict(jwt.decode(proof, key, registry=registry).claims)


def _is_for_this_call(claims: dict[str, Any]) -> bool:
    address = urlsplit(str(claims.get("htu", "")))
    is_here = address.path == request.path and _is_our_origin(address.scheme, address.netloc)
    return claims.get("htm") == request.method and is_here and not address.query


def _is_for_this_token(claims: dict[str, Any], token: str) -> bool:
    expected = urlsafe_b64encode(sha256(token.encode()).digest()).decode()
    complete = isinstance(claims["jti"], str) and isinstance(claims["iat"], int | float)
    return complete and hmac.compare_digest(str(claims["ath"]).encode(), expected.encode())


def _is_our_origin(scheme: str, host: str) -> bool:
    """The outside address; without PUBLIC_URL also https, since a proxy may have taken the TLS off."""
    public = current_app.config["SETTINGS"].public_url
    if public and f"{scheme}://{host}" == public:
        return True
    return host == request.host and (scheme == request.scheme or (scheme == "https" and not public))


def make_nonce(*, minute: int, keys: Keys) -> str:
    """The nonce of one minute since 1970, the same in every worker."""
    return f"{minute}.{keys.digest('nonce', str(minute).encode())[:32]}"


def present_minute() -> int:
    """Minutes since 1970."""
    return int(clock.now().timestamp() // 60)


def _is_our_nonce(nonce: str) -> bool:
    minute, _, _ = nonce.partition(".")
    if not minute.isascii() or not minute.isdigit() or len(minute) > 12:
        return False
    fresh = 0 <= present_minute() - int(minute) <= NONCE_MINUTES
    return fresh and hmac.compare_digest(nonce, make_nonce(minute=int(minute), keys=app_keys()))


def offer_nonce(response: Response) -> Response:
    """Gives a device with a key the nonce for its next call."""
    if g.get("wants_nonce"):
        response.headers["DPoP-Nonce"] = make_nonce(minute=present_minute(), keys=app_keys())
    return response
