"""Which system calls a server made, and when, as strace saw them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LINE = re.compile(
    r"^(?P<pid>\d+) +(?P<at>\d+\.\d+) (?:<\.\.\. (?P<resumed>\w+) resumed>|(?P<name>\w+)\()(?P<rest>.*)$"
)
TOOK = re.compile(r"<(\d+\.\d+)>$")


def tracer(file: Path) -> list[str]:
    """The command to put before a server's. With -D it keeps the process id that it would have had."""
    calls = "fsync,fdatasync,write,writev,sendto,sendmsg"
    return ["strace", "-D", "-f", "-ttt", "-T", "-y", "-s", "32", "-e", f"trace={calls}", "-o", str(file)]


@dataclass(frozen=True)
class Call:
    """A finished system call: from and until when (seconds since 1970), and its arguments as text."""

    name: str
    begun: float
    ended: float
    arguments: str


def read(file: Path) -> list[Call]:
    """All finished calls. A call that another process interrupted stands in two lines."""
    return list(_calls(file.read_text(errors="replace").splitlines()))


def _calls(lines: list[str]) -> Iterator[Call]:
    open_calls: dict[str, tuple[float, str]] = {}
    for found in filter(None, map(LINE.match, lines)):
        pid, at, rest = found["pid"], float(found["at"]), found["rest"]
        if found["resumed"]:
            begun, arguments = open_calls.pop(pid, (at, ""))
            yield Call(found["resumed"], begun, at, arguments + rest)
        elif rest.endswith("<unfinished ...>"):
            open_calls[pid] = (at, rest)
        elif took := TOOK.search(rest):
            yield Call(found["name"], at, at + float(took[1]), rest)
