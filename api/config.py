"""Settings, read from the environment once at start. Unsafe ones are refused."""

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from workstation.people.rules import Lifetime

SECRET_BYTES = 32
SECRET_VARIETY = 10  # different characters; random hex has nearly always 14 or more
CALLS_A_MINUTE = 6000  # of one device; an honest phone needs a few, and the contract promises 600
OFFICE_LIFETIME = Lifetime(idle=timedelta(hours=12), lives=timedelta(days=30))
PHONE_LIFETIME = Lifetime(idle=timedelta(days=365), lives=timedelta(days=1095))
MOST = 10_000_000


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
    # A streaming replica of it, which answers for the office's figures.
    read_database_url: str | None = None
    # PgBouncer in transaction mode stands before PostgreSQL.
    database_pooled: bool = False
    # How many proxies of ours stand in front: so many addresses are believed, counted from this end.
    trusted_proxies: int = 0
    # How long a sign-in holds. Members record with any: what they record waits for the next one.
    office_lifetime: Lifetime = OFFICE_LIFETIME
    phone_lifetime: Lifetime = PHONE_LIFETIME
    calls_a_minute: int = CALLS_A_MINUTE

    @classmethod
    def from_environment(cls) -> "Settings":
        """Reads what .env.example lists. Refuses with UnsafeSettings what nobody should serve with."""
        os.umask(0o077)  # what this program writes is nobody else's to read
        data_dir = Path(os.environ.get("DATA_DIR") or "var").resolve()
        data_dir.mkdir(parents=True, exist_ok=True)
        settings = cls(
            data_dir=data_dir,
            database_url=os.environ.get("DATABASE_URL") or None,
            read_database_url=os.environ.get("READ_DATABASE_URL") or None,
            secret_key=_secret_key(data_dir),
            public_url=_public_url(),
            port=_number("PORT", 8000, least=1),
            demo=os.environ.get("DEMO") == "1",
            database_pooled=os.environ.get("DATABASE_POOLED") == "1",
            trusted_proxies=_number("TRUSTED_PROXIES", 0, least=0),
            office_lifetime=_lifetime(
                timedelta(hours=_number("OFFICE_IDLE_HOURS", 12, least=1)), "OFFICE_DAYS", 30
            ),
            phone_lifetime=_lifetime(
                timedelta(days=_number("PHONE_IDLE_DAYS", 365, least=30)), "PHONE_DAYS", 1095
            ),
            calls_a_minute=_number("CALLS_A_MINUTE", CALLS_A_MINUTE, least=600),
        )
        refuse_debug()
        refuse_readable(settings.sqlite_files())
        refuse_wrong_replica(settings)
        return settings

    @property
    def sqlalchemy_url(self) -> str:
        """The database as SQLAlchemy names it; PostgreSQL always through psycopg 3."""
        return _through_psycopg(self.database_url or f"sqlite:///{self.data_dir / 'workstation.db'}")

    @property
    def replica_url(self) -> str | None:
        """The replica as SQLAlchemy names it, where there is one."""
        return _through_psycopg(self.read_database_url) if self.read_database_url else None

    def sqlite_files(self) -> list[Path]:
        """The database and the files beside it, where it is SQLite's."""
        kind, _, path = self.sqlalchemy_url.partition(":///")
        return [Path(f"{path}{end}") for end in ("", "-wal", "-shm")] if kind.startswith("sqlite") else []


def _through_psycopg(url: str) -> str:
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def refuse_wrong_replica(settings: Settings) -> None:
    """What follows PostgreSQL is PostgreSQL, and another server. Whether it follows is seen at each call."""
    if settings.replica_url is None:
        return
    if not settings.sqlalchemy_url.startswith("postgresql"):
        raise UnsafeSettings("READ_DATABASE_URL is for PostgreSQL alone, and DATABASE_URL is not: unset it.")
    if not settings.replica_url.startswith("postgresql"):
        raise UnsafeSettings("READ_DATABASE_URL must lead to a PostgreSQL replica of DATABASE_URL.")
    if settings.replica_url == settings.sqlalchemy_url:
        raise UnsafeSettings("READ_DATABASE_URL is DATABASE_URL itself: unset it, or name the replica.")


def refuse_debug() -> None:
    """Flask's debugger would run any code for anybody who meets an error."""
    if os.environ.get("FLASK_DEBUG", "0").lower() not in ("", "0", "false", "no"):
        raise UnsafeSettings("FLASK_DEBUG is on: unset it. 不能以调试方式运行，请去掉 FLASK_DEBUG。")


def refuse_readable(paths: Iterable[Path]) -> None:
    """People's records are for the server alone: nobody else on this machine may reach the files."""
    for path in paths:
        if path.exists() and path.stat().st_mode & 0o004 and _others_may_pass(path.parent):
            raise UnsafeSettings(
                f"{path} can be read by everybody on this machine: chmod 600 it. 请改为 600。"
            )


def _others_may_pass(folder: Path) -> bool:
    return all(each.stat().st_mode & 0o001 for each in (folder, *folder.parents))


def _number(name: str, default: int, *, least: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= MOST:
        raise UnsafeSettings(f"{name} must be a whole number from {least}, not {text!r}.")
    return int(text)


def _lifetime(idle: timedelta, name: str, default: int) -> Lifetime:
    return Lifetime(idle=idle, lives=timedelta(days=_number(name, default, least=1)))


def _public_url() -> str | None:
    """PUBLIC_URL without its last slash: an origin and no more, since it stands in links and proofs."""
    given = (os.environ.get("PUBLIC_URL") or "").rstrip("/")
    parts = urlsplit(given)
    is_origin = parts.scheme in ("http", "https") and parts.netloc and "@" not in parts.netloc
    if given and (not is_origin or given != f"{parts.scheme}://{parts.netloc}"):
        raise UnsafeSettings(f"PUBLIC_URL must be like https://workstation.example.org, not {given!r}.")
    return given or None


def _secret_key(data_dir: Path) -> bytes:
    """SECRET_KEY, or a file made at the first start that only its owner can read."""
    given, path = os.environ.get("SECRET_KEY", ""), data_dir / "secret.key"
    database = data_dir / "workstation.db"
    if not given and not path.exists() and database.exists() and database.stat().st_size > 0:
        # A fresh key would open nothing of what the former one closed.
        raise UnsafeSettings(f"{path} is gone, and {database} needs it: bring it back, or set SECRET_KEY.")
    return _given_or_kept(given, name="SECRET_KEY", path=path)


def _given_or_kept(given: str, *, name: str, path: Path) -> bytes:
    if given:
        if len(given) < SECRET_BYTES:
            raise UnsafeSettings(f"{name} must have at least {SECRET_BYTES} characters.")
        if len(set(given)) < SECRET_VARIETY:
            raise UnsafeSettings(f"{name} must be random: take what `openssl rand -hex 32` prints.")
        return given.encode()
    with suppress(FileExistsError):
        _write_once(path, secrets.token_hex(SECRET_BYTES).encode())
    if path.stat().st_mode & 0o077:
        raise UnsafeSettings(f"{path} can be read by others: chmod 600 it.")
    return path.read_bytes()


def backup_folder(settings: Settings) -> Path:
    """BACKUP_DIR, by default a folder beside the database: better on another disk."""
    return Path(os.environ.get("BACKUP_DIR") or settings.data_dir / "backups").resolve()


def backup_key(settings: Settings) -> bytes:
    """BACKUP_KEY, or a file made at the first backup. It does not follow from SECRET_KEY."""
    given = os.environ.get("BACKUP_KEY", "")
    return _given_or_kept(given, name="BACKUP_KEY", path=settings.data_dir / "backup.key")


def postgres_programs() -> Path | None:
    """PG_BIN: the folder of pg_dump and pg_restore, where they are not found by themselves."""
    given = os.environ.get("PG_BIN")
    return Path(given) if given else None


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
