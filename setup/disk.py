"""Whether there is room, and whether we may write, said before anything is half done."""

import errno
import shutil
import tempfile
from pathlib import Path

from setup.terminal import fail

SPACE_NEEDED_MB = 1500


def check_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            fail(f"The disk that holds {folder} is full.", f"{folder} 所在的磁盘已满。")
        fail(f"Cannot write in {folder}: {error.strerror}.", f"没有权限写入 {folder}，请检查目录权限。")


def check_space(folder: Path, *, needed_mb: int = SPACE_NEEDED_MB) -> None:
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < needed_mb:
        fail(
            f"Too little disk: {needed_mb} MB are needed where {folder} is, {free_mb} MB are free.",
            f"磁盘空间不足：{folder} 所在磁盘需要 {needed_mb} MB，现在只剩 {free_mb} MB。",
        )
