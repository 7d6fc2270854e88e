"""Certificates for a server on this machine, made when a test wants one."""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

DAY = timedelta(days=1)
Key = ec.EllipticCurvePrivateKey


class Authority:
    """Who signs certificates for localhost, and whom a browser can be told to trust."""

    def __init__(self, *, now: datetime) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = named("the authority of a test")
        draft = certificate_for(self.key, subject=self.name, issuer=self.name, ends_at=now + 90 * DAY)
        rights = x509.BasicConstraints(ca=True, path_length=0)
        self.certificate = draft.add_extension(rights, critical=True).sign(self.key, SHA256())

    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def make_certificate(folder: Path, *, ends_at: datetime, authority: Authority | None = None) -> Path:
    """A file with key and certificate for localhost, signed by the authority, or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = named("localhost")
    issuer, signs = (authority.name, authority.key) if authority else (subject, key)
    made = (
        certificate_for(key, subject=subject, issuer=issuer, ends_at=ends_at)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(signs, SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "server.pem"
    file.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return file


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def certificate_for(
    key: Key, *, subject: x509.Name, issuer: x509.Name, ends_at: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(issuer_name=issuer, subject_name=subject, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends_at - 90 * DAY)
        .not_valid_after(ends_at)
    )
