"""`make rehearse`: as root on Debian. What it changes lies on a memory disk and is gone at the end."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from setup.terminal import ROOT, fail, speak_utf8

PAGE = ROOT / "docs" / "operations.md"
STAND_INS = Path(__file__).parent / "stand_ins"
LAYER_SIZE = "4g"
# The distribution's programs only: the server's user may not be let into whoever's home folder.
PATH = "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
IN_MINUTES = 15
STATIONS = """编码,名称,类型,区,街道,纬度,经度
S001,粤海街道委员工作站,委员工作站,南山区,粤海街道,22.5286,113.9437
"""
MEMBERS = """编号,姓名,角色,所属站点
0001,测试办公室,市办,
0002,测试委员,委员,S001
"""


def main() -> None:
    """Once outside, to leave the machine's own view of disk and processes; once inside."""
    speak_utf8()
    if "--inside" in sys.argv:
        inside(Path(sys.argv[-1]))
        return
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("apt-get"):
        fail("The rehearsal needs root on Debian or Ubuntu.", "演练需要在 Debian 或 Ubuntu 上以 root 运行。")
    folder = tempfile.mkdtemp(prefix="workstation-rehearsal-")
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", sys.executable, "-B"]
    done = subprocess.run([*command, "-m", "setup.rehearsal", "--inside", folder], cwd=ROOT, check=False)
    os.rmdir(folder)
    sys.exit(done.returncode)


def inside(folder: Path) -> None:
    """Lays the copy, runs the page's blocks in it, and asks the server that results."""
    root = lay(folder)
    put_tree(root)
    put_stand_ins(root)
    blocks = read_blocks(PAGE.read_text())
    began = time.monotonic()
    run(root, blocks[0])
    run(root, "pg_ctlcluster $(ls /etc/postgresql) main start\n" + "\n".join(blocks[1:]), alone=True)
    seconds = time.monotonic() - began
    print(f"\n✓ installed in {seconds / 60:.1f} minutes · 安装用时 {seconds / 60:.1f} 分钟", flush=True)
    assert seconds < IN_MINUTES * 60, "too long"


def lay(folder: Path) -> Path:
    """This machine's disk as it is, with a memory disk over it that takes all changes."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={LAYER_SIZE},mode=0755", "none", folder], check=True)
    upper, work, root = (folder / name for name in ("upper", "work", "root"))
    for each in (upper, work, root):
        each.mkdir()
    layers = f"lowerdir=/,upperdir={upper},workdir={work}"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, root], check=True)
    subprocess.run(["mount", "-t", "proc", "proc", root / "proc"], check=True)
    subprocess.run(["mount", "--rbind", "/dev", root / "dev"], check=True)
    return root


def put_tree(root: Path) -> None:
    """The files that git knows, or would take, to /opt/workstation."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            target = root / "opt" / "workstation" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)


def put_stand_ins(root: Path) -> None:
    """What stands in for systemd and certbot, the filled-in tables, and the name of the machine."""
    for program in STAND_INS.glob("*.py"):
        target = root / "usr" / "local" / "sbin" / program.stem
        target.write_text(f"#!/usr/bin/python3\n{program.read_text()}")
        target.chmod(0o755)
    policy = root / "usr" / "sbin" / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")  # packages start nothing by themselves
    policy.chmod(0o755)
    (root / "tmp" / "stations.csv").write_text(STATIONS)
    (root / "tmp" / "members.csv").write_text(MEMBERS)
    with (root / "etc" / "hosts").open("a") as hosts:
        hosts.write("127.0.0.1 workstation.example.org\n")


def read_blocks(page: str) -> list[str]:
    """The commands of the chapter Install, block by block."""
    chapter = page.partition("\n## Install\n")[2].partition("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", chapter, re.DOTALL)


def run(root: Path, commands: str, *, alone: bool = False) -> None:
    """In the copy, each command shown with the seconds so far. `alone`: with a network of its own.

    At the end of what runs alone the server is asked, since it ends with that network.
    """
    script = root / "tmp" / "commands.sh"
    asking = "python3 -B -m setup.rehearsal.asking\n" if alone else ""
    own = "ip link set lo up\n" if alone else ""
    # `ws doctor` ends with 1 or 2 as long as there is no backup yet.
    commands = commands.replace("\nws doctor\n", "\nws doctor || true\n")
    script.write_text(
        f"set -e\nPS4='+ [${{SECONDS}} s] '\n{own}set -x\ncd /opt/workstation\n{commands}\n{asking}"
    )
    command = ["chroot", root, "bash", "/tmp/commands.sh"]
    environment = os.environ | {
        "DEBIAN_FRONTEND": "noninteractive",
        "PATH": PATH,
    }
    done = subprocess.run([*(["unshare", "--net"] if alone else []), *command], env=environment, check=False)
    if done.returncode != 0:
        fail(
            "A command of the page failed: the last line with + above.",
            "有一条命令失败了：见上面最后一行 +。",
        )


if __name__ == "__main__":
    main()
