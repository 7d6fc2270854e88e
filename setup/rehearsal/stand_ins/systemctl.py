"""Stands in for systemd where none runs: starts what a unit says, as its user, with its settings.

Each unit is first looked at by the real `systemd-analyze`: faults, exposure, calendar. Hardening and timers
are not applied.
"""

import configparser
import os
import pwd
import shlex
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

UNITS = Path("/etc/systemd/system")
READY_WITHIN_S = 60


def main() -> None:
    """daemon-reload, enable --now, start, reload nginx: what docs/operations.md says."""
    match sys.argv[1:]:
        case ["daemon-reload"]:
            look_at(sorted(UNITS.glob("workstation*")))
        case ["enable", "--now", *names] | ["start", *names]:
            for name in names:
                start(name if "." in name else f"{name}.service")
        case ["reload", "nginx"]:
            is_running = subprocess.run(["pgrep", "-x", "nginx"], stdout=subprocess.DEVNULL, check=False)
            subprocess.run(["nginx", *(["-s", "reload"] if is_running.returncode == 0 else [])], check=True)
        case words:
            sys.exit(f"no stand-in for systemctl {shlex.join(words)}")


def look_at(units: list[Path]) -> None:
    """Ends unless systemd finds no fault, calls each service "OK" (20 of 100 at most) and knows each date."""
    services = [unit for unit in units if unit.suffix == ".service"]
    dates = [read(unit, "Timer")["OnCalendar"] for unit in units if unit.suffix == ".timer"]
    subprocess.run(["systemd-analyze", "verify", *units], check=True)
    for service in services:
        exposure = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", service]
        subprocess.run(exposure, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["systemd-analyze", "calendar", *dates], check=True, stdout=subprocess.DEVNULL)


def start(name: str) -> None:
    """A service; of a timer only that its service is there."""
    if name.endswith(".timer"):
        assert (UNITS / name).with_suffix(".service").exists()
        return
    service = read(UNITS / name)
    words = shlex.split(service["ExecStart"])
    if service["Type"] == "oneshot":
        subprocess.run(words, check=True, **how(service))
        return
    subprocess.Popen(words, start_new_session=True, stdin=subprocess.DEVNULL, **how(service))
    wait_until_ready()


def read(file: Path, chapter: str = "Service") -> configparser.SectionProxy:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(file)
    return unit[chapter]


def how(service: configparser.SectionProxy) -> dict:
    """User, folder and settings of a unit."""
    user = pwd.getpwnam(service["User"])
    lines = Path(service["EnvironmentFile"]).read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {
        "user": user.pw_uid,
        "group": user.pw_gid,
        "extra_groups": [],
        "umask": int(service["UMask"], 8),
        "cwd": service["WorkingDirectory"],
        "env": {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | settings,
    }


def wait_until_ready() -> None:
    """What Type=notify tells systemd."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            opener.open("http://127.0.0.1:8000/readyz", timeout=5).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


main()
