"""The browser of the end-to-end tests: the machine's own, or the distribution's package."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

from setup.terminal import fail, step

NAMES = ("chromium", "google-chrome-stable", "google-chrome", "chromium-browser", "chrome")
ADVICE = (
    "The browser tests need Chromium: apt-get install -y chromium, or set CHROMIUM to a path.",
    "浏览器测试需要 Chromium：请运行 apt-get install -y chromium，或用 CHROMIUM 指定浏览器的路径。",
)
UBUNTU_ADVICE = (
    "The browser tests need Chromium, and Ubuntu's package is a snap that cannot be driven here: "
    "install Google Chrome's .deb package, or set CHROMIUM to a browser's path.",
    "浏览器测试需要 Chromium；Ubuntu 的软件包是 snap，无法用于测试：请安装 Google Chrome 的 .deb 包，"
    "或用 CHROMIUM 指定浏览器的路径。",
)


def find() -> str | None:
    """The path of a Chromium that starts, or None. CHROMIUM names one outright."""
    wanted = os.environ.get("CHROMIUM")
    places = [wanted] if wanted else [shutil.which(name) for name in NAMES]
    return next((place for place in places if place and starts(place)), None)


def starts(program: str) -> bool:
    if "snap" in head(program):
        return False
    try:
        return (
            subprocess.run([program, "--version"], capture_output=True, timeout=60, check=False).returncode
            == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def head(program: str) -> str:
    """The start of a script: Ubuntu's chromium-browser only offers to install a snap."""
    with Path(program).open("rb") as file:
        start = file.read(4096)
    return start.decode("utf-8", "replace") if start.startswith(b"#!") else ""


def install() -> str:
    """Find Chromium, or install the distribution's package, or stop and say what to install."""
    if (found := find()) is not None:
        return found
    advice = UBUNTU_ADVICE if distribution() == "ubuntu" else ADVICE
    apt_get = package_manager()
    if apt_get is None or distribution() == "ubuntu":
        fail(*advice)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    step("Package lists · 更新软件包列表", [*apt_get, "update"], otherwise=advice, environment=quiet)
    step(
        "Chromium · 安装 Chromium",
        [*apt_get, "install", "-y", "chromium"],
        otherwise=advice,
        environment=quiet,
    )
    return find() or fail(*advice)


def distribution() -> str:
    try:
        return platform.freedesktop_os_release()["ID"]
    except OSError:
        return "unknown"


def package_manager() -> list[str] | None:
    """apt-get, with sudo where that asks for no password; None when neither root nor that."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    allowed = shutil.which("sudo") and subprocess.run(
        ["sudo", "-n", "true"], capture_output=True, check=False
    )
    return ["sudo", "-n", "apt-get"] if allowed and allowed.returncode == 0 else None
