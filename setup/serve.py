"""`make run`: from a fresh clone to a served network, in one process group that stays in the foreground.

Everything started here ends with Ctrl-C or SIGTERM. Nothing on disk says that a server runs, so a start
after a SIGKILL needs no cleaning up.
"""

import errno
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from setup import environment
from setup.disk import check_space, check_writable
from setup.processes import end_descendants, end_with_parent, stop_on_sigterm
from setup.terminal import ROOT, fail, speak_utf8, step

READY_WITHIN_S = 90
FLASK = [str(environment.PYTHON), "-m", "flask", "--app", "wsgi"]

NO_DATABASE = (
    "The database could not be opened or brought up to date: see the lines above, and check DATABASE_URL.",
    "数据库无法打开或升级：请看上面的输出，并检查 DATABASE_URL。",
)

OWN_DATA = """  Your own data is served. A link for a member: flask codes issue --network N --member CODE
  正在使用您自己的数据。给委员生成登记链接：flask codes issue --network N --member CODE
"""


def serve() -> None:
    host, port = os.environ.get("HOST", "127.0.0.1"), port_number()
    check_port_free(host, port)
    environment.prepare(tests=False)
    data_dir = ROOT / os.environ.get("DATA_DIR", "var")
    check_writable(data_dir)
    check_space(data_dir, needed_mb=100)
    step("Database · 准备数据库", [*FLASK, "db", "upgrade"], otherwise=NO_DATABASE, environment=variables())
    networks = flask("network", "list") or load_demo()
    server = start_gunicorn()
    words = welcome(f"http://{host}:{port}", networks, demo_secrets(data_dir))
    wait_until_ready(server, f"http://{host}:{port}")
    print(f"\nready: http://{host}:{port}\n\n{words}", flush=True)
    status = server.wait()
    fail(f"The server ended by itself (status {status}).", "服务器意外停止，请看上面的输出。")


def port_number() -> int:
    text = os.environ.get("PORT", "8000")
    if not (text.isdecimal() and 0 < int(text) < 65536):
        fail(
            f"PORT must be a number from 1 to 65535, not {text!r}.",
            f"PORT 必须是 1 到 65535 的数字：{text!r}。",
        )
    return int(text)


def check_port_free(host: str, port: int) -> None:
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As gunicorn does: connections of a killed server that still linger do not count as busy.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                fail(
                    f"Port {port} is in use: end that program, or take another: make run PORT={port + 1}",
                    f"端口 {port} 已被占用：请先停止占用它的程序，或换一个：make run PORT={port + 1}",
                )
            fail(f"Cannot listen on {host}:{port}: {error.strerror}.", f"无法监听 {host}:{port}。")


def variables() -> dict[str, str]:
    return environment.environment() | {"PYTHONUNBUFFERED": "1"}


def flask(*words: str) -> list[dict[str, Any]]:
    """Run one command of the server and read the JSON lines it prints."""
    done = subprocess.run(
        [*FLASK, *words],
        cwd=ROOT,
        env=variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        fail(f"`flask {' '.join(words)}` failed: see the lines above.", "命令没有成功，请看上面的输出。")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def load_demo() -> list[dict[str, Any]]:
    """An empty database gets the demo network if it is the default SQLite, any other only with DEMO=1."""
    wish = os.environ.get("DEMO", "")
    allowed = wish == "1" or (wish != "0" and not os.environ.get("DATABASE_URL"))
    if not allowed:
        return []
    step(
        "Demo network: 242 stations, 90 days · 载入演示数据",
        [*FLASK, "demo", "load"],
        otherwise=("The demo network could not be loaded: see the lines above.", "演示数据没有载入成功。"),
        environment=variables(),
    )
    return flask("network", "list")


def start_gunicorn() -> subprocess.Popen[bytes]:
    print("· Server · 启动服务", flush=True)
    return subprocess.Popen(
        [environment.PYTHON, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "wsgi:app"],
        cwd=ROOT,
        env=variables(),
        stdin=subprocess.DEVNULL,
        preexec_fn=end_with_parent,
    )


def wait_until_ready(server: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            fail("The server could not start: see the lines above.", "服务没有启动成功，请看上面的输出。")
        if answers(f"{address}/readyz"):
            return
        time.sleep(0.1)
    fail(f"The server is not ready after {READY_WITHIN_S} s.", f"{READY_WITHIN_S} 秒内服务没有就绪。")


def answers(url: str) -> bool:
    # Without proxies: this machine talks to itself.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def demo_secrets(data_dir: Path) -> dict[str, Any] | None:
    file = data_dir / "demo.json"
    return json.loads(file.read_text()) if file.exists() else None


def welcome(address: str, networks: list[dict[str, Any]], demo: dict[str, Any] | None) -> str:
    """What to do now: a staff account and a fresh enrolment link of the demo, if that is what is served."""
    served = [network for network in networks if demo and network["code"] == demo["network"]]
    if demo is None or not served:
        return OWN_DATA
    office, code = demo["office"], invite(served[0])
    lines = [
        f"  Staff 工作人员   {address}/staff",
        f"                   {office['account']}  {office['password']}",
        f"  Member 委员登记  {code['url']}",
        f"                   valid until 有效至 {code['expires_at']}",
        *([qr(code["url"])] if os.environ.get("PUBLIC_URL") else []),
        "\n  Ctrl-C ends it · 按 Ctrl-C 停止",
    ]
    return "\n".join(lines) + "\n"


def invite(network: dict[str, Any]) -> dict[str, Any]:
    return flask("codes", "issue", "--network", network["code"], "--member", network["sample_member"])[-1]


def qr(url: str) -> str:
    """The link as a picture of blocks: a phone can reach it, since PUBLIC_URL says where."""
    return subprocess.check_output([environment.PYTHON, "-m", "segno.cli", "--compact", url], text=True)


def main() -> None:
    speak_utf8()
    stop_on_sigterm()
    end_with_parent()
    try:
        serve()
    except KeyboardInterrupt:
        print("\nstopped · 已停止", flush=True)
    finally:
        end_descendants()


if __name__ == "__main__":
    main()
