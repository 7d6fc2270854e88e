"""What is said on the terminal, and commands run with their progress shown."""

import os
import selectors
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NoReturn

from setup.processes import end_descendants

ROOT = Path(__file__).resolve().parent.parent
HEARTBEAT_S = 15


def speak_utf8() -> None:
    """Chinese must reach the terminal whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)  # type: ignore[union-attr]  # text streams only


def fail(english: str, chinese: str) -> NoReturn:
    """Say in one sentence what is wrong and what to do, and end with status 1."""
    print(f"\n✗ {english}\n  {chinese}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def step(
    title: str,
    command: Sequence[str | Path],
    *,
    otherwise: tuple[str, str],
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
) -> None:
    """Run one command, its output as progress. When it fails, show the last lines and `otherwise`."""
    print(f"· {title}", flush=True)
    started = time.monotonic()
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=folder,
        env=dict(environment) if environment is not None else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        last_lines = follow(process.stdout, started=started)
        status = process.wait()
    except BaseException:
        end_descendants()
        raise
    if status != 0:
        explain(last_lines, otherwise)
    print(f"{clear()}✓ {title} ({time.monotonic() - started:.0f} s)", flush=True)


def explain(last_lines: Sequence[str], otherwise: tuple[str, str]) -> NoReturn:
    print(clear() + "\n".join(f"  │ {line}" for line in last_lines), file=sys.stderr)
    if any("No space left on device" in line or "ENOSPC" in line for line in last_lines):
        fail("The disk is full.", "磁盘已满。")
    fail(*otherwise)


def follow(output: IO[bytes], *, started: float) -> deque[str]:
    """Show a command's output as it comes, on a terminal in one line; return the last 25 lines."""
    lines: deque[str] = deque(maxlen=25)
    rest = b""
    said_at = started
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while True:
            if selector.select(timeout=1):
                chunk = os.read(output.fileno(), 65536)
                if not chunk:
                    return lines
                *whole, rest = (rest + chunk).split(b"\n")
                fresh = [last_state(line) for line in whole if line.strip()]
                lines.extend(fresh)
            else:
                fresh = []
            if not fresh and (sys.stdout.isatty() or time.monotonic() - said_at > HEARTBEAT_S):
                fresh = [last_state(rest) or (lines[-1] if lines else "…")]
            if fresh:
                show(fresh, seconds=time.monotonic() - started)
                said_at = time.monotonic()


def last_state(line: bytes) -> str:
    """A progress bar draws itself anew after each carriage return."""
    return line.rstrip().rpartition(b"\r")[2].decode("utf-8", "replace").rstrip()


def show(lines: Sequence[str], *, seconds: float) -> None:
    if not sys.stdout.isatty():
        for line in lines:
            print(f"  {seconds:4.0f} s  {line}", flush=True)
        return
    width = shutil.get_terminal_size().columns
    print(clear() + f"  {seconds:4.0f} s  {lines[-1]}"[: width - 1], end="", flush=True)


def clear() -> str:
    return "\r\033[K" if sys.stdout.isatty() else ""
