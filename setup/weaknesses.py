"""Which known weaknesses the pinned packages have, asked of OSV, which collects them for Python and npm.

Three answers, never mixed up: none, these, or that nobody could be asked. A proxy or a mirror may answer
every question with "nothing": so the same call asks about a package that has been weak for years, and what
comes back is believed only if it says so.
"""

import argparse
import http.client
import json
import os
import re
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from setup.environment import PWA
from setup.terminal import ROOT, speak_utf8

# `ADVISORIES_URL` names another one of the same kind, as where an office's network has its own.
OSV = "https://api.osv.dev/v1/querybatch"
WAIT_S = 20
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;#]+)", re.MULTILINE)
# An advisory that does not reach us, and why. It goes with the package's next version.
ACCEPTED: dict[str, str] = {}


class Package(NamedTuple):
    """One pinned package of the ecosystem PyPI or npm."""

    ecosystem: str
    name: str
    version: str


# Known for years (CVE-2017-18342), and no package of ours.
WEAK = Package("PyPI", "pyyaml", "3.12")


class Answer(NamedTuple):
    """What is known, one line for each weak package; `why_not` says why nobody could be asked."""

    found: tuple[str, ...] = ()
    why_not: str | None = None


def pinned_python(requirements: Path) -> list[Package]:
    """What the server runs on: a file that pins each package, those of packages too."""
    found = PINNED.findall(requirements.read_text())
    return [Package("PyPI", re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in found]


def pinned_npm(lock: Path) -> list[Package]:
    """What the app is made of; not what only builds and tests it."""
    packages = json.loads(lock.read_text())["packages"]
    return [
        # An alias stands in a place of another name; a link is a folder of ours and has no version.
        Package("npm", said.get("name", place.rpartition("node_modules/")[2]), said["version"])
        for place, said in packages.items()
        if place and not said.get("dev") and not said.get("link")
    ]


def ask(packages: Sequence[Package], *, url: str) -> Answer:
    """What is known of these packages, in one call."""
    asked = [WEAK, *packages]
    try:
        told = _call(url, [_question(package) for package in asked])
        weak, *known = [[each["id"] for each in one.get("vulns", ())] for one in told["results"]]
        if len(known) != len(packages):
            return Answer(why_not="the answer is not as long as the question")
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, AttributeError) as error:
        return Answer(why_not=str(error) or type(error).__name__)
    if not weak:
        return Answer(why_not="it has no advice, not even of what has been weak for years")
    return Answer(_named(packages, known))


def _question(package: Package) -> dict[str, Any]:
    return {
        "package": {"ecosystem": package.ecosystem, "name": package.name},
        "version": package.version,
    }


def _call(url: str, questions: list[dict[str, Any]]) -> Any:
    body = json.dumps({"queries": questions}).encode()
    call = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(call, timeout=WAIT_S) as answer:
        return json.load(answer)


def _named(packages: Sequence[Package], known: Sequence[Sequence[str]]) -> tuple[str, ...]:
    left = [sorted(set(ids) - ACCEPTED.keys()) for ids in known]
    return tuple(
        f"{package.name} {package.version} ({package.ecosystem}): {', '.join(ids)}"
        for package, ids in zip(packages, left, strict=True)
        if ids
    )


def tell(answer: Answer, *, count: int) -> None:
    """One plain line for each answer, in both languages."""
    if answer.why_not is not None:
        print(
            f"? Not asked, so nothing is known: {answer.why_not}\n  未能查询已知漏洞，结论未知。", flush=True
        )
    elif not answer.found:
        print(f"✓ {count} packages, no known weakness · {count} 个依赖，没有已知漏洞", flush=True)
    for line in answer.found:
        print(f"✗ Known weakness · 已知漏洞：{line}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Name known weaknesses of the packages that are pinned.")
    parser.add_argument("--must-answer", action="store_true", help="fail too where nobody can be asked")
    must_answer = parser.parse_args().must_answer
    speak_utf8()
    packages = pinned_python(ROOT / "requirements.txt") + pinned_npm(PWA / "package-lock.json")
    answer = ask(packages, url=os.environ.get("ADVISORIES_URL", OSV))
    tell(answer, count=len(packages))
    return int(bool(answer.found) or (must_answer and answer.why_not is not None))


if __name__ == "__main__":
    raise SystemExit(main())
