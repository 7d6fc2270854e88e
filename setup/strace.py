"""strace, by which a test sees that an entry is on the disk before it is acknowledged."""

import os
import shutil

from setup.chromium import package_manager
from setup.terminal import fail, step

ADVICE = (
    "The test of durability needs strace: apt-get install -y strace.",
    "持久性测试需要 strace：请运行 apt-get install -y strace。",
)


def install() -> None:
    """Find strace, or install the distribution's package, or stop and say what to install."""
    if shutil.which("strace"):
        return
    apt_get = package_manager() or fail(*ADVICE)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    step("Package lists · 更新软件包列表", [*apt_get, "update"], otherwise=ADVICE, environment=quiet)
    step("strace · 安装 strace", [*apt_get, "install", "-y", "strace"], otherwise=ADVICE, environment=quiet)
