"""What is said of the certificate that phones see: a real TLS server on this machine."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from api.certificate import look_at_certificate
from tests.certificates import DAY, make_certificate
from tests.live_server import free_port


@contextlib.contextmanager
def served(file: Path) -> Iterator[tuple[str, ssl.SSLContext]]:
    """The address of a server with this certificate, and a client that trusts its issuer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with contextlib.suppress(OSError):
                context.wrap_socket(listening.accept()[0], server_side=True).close()

        threading.Thread(target=answer, daemon=True).start()
        url = f"https://localhost:{listening.getsockname()[1]}"
        yield url, ssl.create_default_context(cafile=str(file))


def test_a_valid_certificate_says_how_long(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with served(make_certificate(tmp_path, ends_at=now + 60 * DAY)) as (url, trust):
        found = look_at_certificate(url, now=now, trust=trust)
    assert (found.state, found.said) == ("ok", "HTTPS 证书还有 59 天")


def test_an_expired_certificate_is_for_today(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with served(make_certificate(tmp_path, ends_at=now - DAY)) as (url, trust):
        found = look_at_certificate(url, now=now, trust=trust)
    assert found.state == "now"
    assert "certificate has expired" in found.said
    assert "certbot renew" in found.do


def test_an_address_where_nobody_answers_is_for_today() -> None:
    found = look_at_certificate(f"https://localhost:{free_port()}", now=datetime.now(UTC))
    assert found.state == "now"
    assert "域名" in found.do
    assert "certbot" not in found.do
