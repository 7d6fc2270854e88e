"""Asks the freshly installed server what a phone, a browser and its timers will ask. Runs inside the copy."""

import json
import ssl
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

SITE = "https://workstation.example.org"
WS = (
    "cd /opt/workstation && set -a && . /etc/workstation/environment && set +a"
    " && runuser -u workstation -- .venv/bin/flask --app wsgi"
)


def main() -> None:
    """Every answer is looked at; the first wrong one ends the rehearsal."""
    assert ask("/readyz") == "ready\n"
    assert "委员工作站" in ask("/")
    assert "委员工作站" in ask("/staff")
    code = json.loads(ws("codes issue --network sz --member 0002").splitlines()[-1])["code"]
    signed_in = json.loads(ask("/api/v1/enrolments", {"code": code, "device": {"name": "rehearsal"}}))
    assert signed_in["me"]["network"]["code"] == "sz"
    for unit in ("backup", "seal", "housekeeping", "drill"):
        subprocess.run(["systemctl", "start", f"workstation-{unit}.service"], check=True)
    found = {each["name"]: each for each in json.loads(ws("doctor --json", well=False))["findings"]}
    ill = [each for each in found.values() if each["state"] == "now"]
    assert not ill, ill
    print(
        "✓ ready, enrolled, backed up, sealed, tidied and drilled · 访问、登记、备份、封存、整理、演练都成功"
    )


def ask(path: str, body: dict[str, Any] | None = None) -> str:
    """The answer's text, over HTTPS and through nginx."""
    asked = urllib.request.Request(f"{SITE}{path}", headers={"Content-Type": "application/json"})
    if body is not None:
        asked.data = json.dumps(body).encode()
    trust = ssl.create_default_context(cafile="/etc/letsencrypt/live/workstation.example.org/fullchain.pem")
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
    )
    with opener.open(asked, timeout=30) as answer:
        return str(answer.read().decode())


def ws(words: str, *, well: bool = True) -> str:
    """The page's `ws …`."""
    done = subprocess.run(["bash", "-c", f"{WS} {words}"], stdout=subprocess.PIPE, text=True, check=well)
    return done.stdout


if __name__ == "__main__":
    assert Path("/opt/workstation/wsgi.py").exists(), "this is for the copy only"
    main()
