"""Settings, read from the environment once at start. Unsafe ones are refused."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

SECRET_BYTES = 32


class UnsafeSettings(Exception):
    """The server must not start like this; the text says what to change."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What differs between one installation and another."""

    data_dir: Path
    # None: SQLite at data_dir/workstation.db.
    database_url: str | None = None
    secret_key: bytes = field(repr=False)
    # Where phones reach this server, for links and QR codes, such as https://gzz.example.cn
    public_url: str | None = None
    port: int = 8000
    demo: bool = False

    @classmethod
    def from_environment(cls) -> "Settings":
        """Reads DATA_DIR, DATABASE_URL, SECRET_KEY, PUBLIC_URL, PORT and DEMO."""
        data_dir = Path(os.environ.get("DATA_DIR") or "var").resolve()
        data_dir.mkdir(parents=True, exist_ok=True)
        return cls(
            data_dir=data_dir,
            database_url=os.environ.get("DATABASE_URL") or None,
            secret_key=_secret_key(data_dir),
            public_url=(os.environ.get("PUBLIC_URL") or "").rstrip("/") or None,
            port=int(os.environ.get("PORT") or 8000),
            demo=os.environ.get("DEMO") == "1",
        )

    @property
    def sqlalchemy_url(self) -> str:
        """The database as SQLAlchemy names it; PostgreSQL always through psycopg 3."""
        url = self.database_url or f"sqlite:///{self.data_dir / 'workstation.db'}"
        for prefix in ("postgresql://", "postgres://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url


def _secret_key(data_dir: Path) -> bytes:
    """SECRET_KEY, or a file made at the first start that only its owner can read."""
    given = os.environ.get("SECRET_KEY", "")
    if given:
        if len(given) < SECRET_BYTES:
            raise UnsafeSettings(f"SECRET_KEY must have at least {SECRET_BYTES} characters.")
        return given.encode()
    path = data_dir / "secret.key"
    with suppress(FileExistsError):
        _write_once(path, secrets.token_hex(SECRET_BYTES).encode())
    if path.stat().st_mode & 0o077:
        raise UnsafeSettings(f"{path} can be read by others: chmod 600 it.")
    return path.read_bytes()


def _write_once(path: Path, content: bytes) -> None:
    """Writes a 0600 file whole or not at all, also when several workers start at once."""
    if path.exists():
        raise FileExistsError(path)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    finally:
        draft.unlink()
