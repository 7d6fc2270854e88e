"""nginx, PgBouncer, certutil and etcd for tests: the distribution's packages, unpacked into var/.

They are never installed, which would start servers of their own on this machine.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from setup.terminal import ROOT

FOLDER = ROOT / "var" / "programs"
PACKAGES = {
    "nginx": ("nginx",),
    "pgbouncer": ("pgbouncer", "libevent-2.1-7", "libc-ares2"),
    "certutil": ("libnss3-tools",),  # by which Chromium is told whom to trust
}
ADVICE = (
    "Without nginx, PgBouncer or certutil their tests are left out: "
    "apt-get install -y nginx pgbouncer libnss3-tools.",
    "没有 nginx、PgBouncer 或 certutil，略过它们的测试："
    "请运行 apt-get install -y nginx pgbouncer libnss3-tools。",
)


def find(name: str) -> str | None:
    """The path of the machine's own program, or of the unpacked one."""
    unpacked = (str(FOLDER / "usr" / folder / name) for folder in ("sbin", "bin"))
    places = (shutil.which(name), shutil.which(name, path="/usr/sbin:/usr/local/sbin"), *unpacked)
    return next((place for place in places if place and Path(place).exists()), None)


def environment() -> dict[str, str]:
    """Where the unpacked programs find their libraries."""
    libraries = ":".join(str(path) for path in sorted((FOLDER / "usr" / "lib").glob("*-linux-*")))
    return os.environ | ({"LD_LIBRARY_PATH": libraries} if libraries else {})


def install() -> None:
    """Find each program or unpack it, without root; where that can't be, say which tests are left out."""
    for name, packages in PACKAGES.items():
        if find(name) is None and not _unpack(name, packages):
            print("· " + "\n  ".join(ADVICE), flush=True)


def _unpack(name: str, packages: tuple[str, ...]) -> bool:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return False
    loaded = FOLDER / "packages"
    loaded.mkdir(parents=True, exist_ok=True)
    if not _load(packages, loaded):
        return False
    for package in loaded.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", str(package), str(FOLDER)], check=True)
        package.unlink()
    return find(name) is not None


def _load(packages: tuple[str, ...], folder: Path) -> bool:
    command = ["apt-get", "download", "-q", *packages]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    # What no test of `make test` needs: `make failover` asks for etcd.
    if find(sys.argv[1]) is None and not _unpack(sys.argv[1], (f"{sys.argv[1]}-server",)):
        raise SystemExit(f"{sys.argv[1]} is needed: apt-get install -y {sys.argv[1]}-server. 需要先装它。")
