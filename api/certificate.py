"""Looks at the certificate that phones see."""

import socket
import ssl
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from workstation.upkeep.rules import Finding, judge_certificate, judge_unreachable

WAIT_S = 1.0


def look_at_certificate(url: str, *, now: datetime, trust: ssl.SSLContext | None = None) -> Finding:
    """How long the certificate at this https address is valid, as a browser would judge it."""
    place = urlsplit(url)
    name = place.hostname or ""
    try:
        with (
            socket.create_connection((name, place.port or 443), timeout=WAIT_S) as plain,
            (trust or ssl.create_default_context()).wrap_socket(plain, server_hostname=name) as secure,
        ):
            said: Any = secure.getpeercert()
    except ssl.SSLCertVerificationError as error:
        return judge_certificate(left=None, error=error.verify_message)
    except (OSError, ValueError) as error:
        return judge_unreachable(str(error))
    ends_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(said["notAfter"]), UTC)
    return judge_certificate(left=ends_at - now, error=None)
