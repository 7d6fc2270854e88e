"""Lighthouse's opinion of the member's app on a phone: the first page as a stranger gets it, medians.

Lighthouse is npm's, in bench/lighthouse with a lock of its own: only `make bench` needs it.
"""

import json
import subprocess
from pathlib import Path
from statistics import median

from bench.report import Mark
from setup import chromium
from setup.environment import environment
from tests.e2e.conftest import FLAGS

HOME = Path(__file__).parent / "lighthouse"
PROGRAM = HOME / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


def run(url: str, *, times: int, folder: Path) -> dict[str, float]:
    """Score by category, 0–1; nothing when it was not asked for."""
    if times == 0:
        return {}
    if not PROGRAM.exists():
        subprocess.run(["npm", "ci"], cwd=HOME, env=environment(), check=True, stdout=subprocess.DEVNULL)
    found = [_once(url, folder / f"lighthouse-{number}.json") for number in range(times)]
    return {category: median(scores[category] for scores in found) for category in CATEGORIES}


def _once(url: str, file: Path) -> dict[str, float]:
    variables = environment() | {"CHROME_PATH": chromium.find() or ""}
    flags = f"--chrome-flags=--headless=new {' '.join(FLAGS)}"
    command = ["node", str(PROGRAM), url, flags, "--output=json", f"--output-path={file}", "--quiet"]
    only = f"--only-categories={','.join(CATEGORIES)}"
    subprocess.run([*command, only], env=variables, cwd=file.parent, check=True, stdout=subprocess.DEVNULL)
    told = json.loads(file.read_text())["categories"]
    return {category: float(told[category]["score"]) for category in CATEGORIES}


def marks(scores: dict[str, float]) -> list[Mark]:
    """Performance is noise on shared cores, so it decides nothing."""
    return [
        Mark(
            what=f"Lighthouse {category}",
            figure=score,
            at_least=0.9 if category == "performance" else 1,
            decides=category != "performance",
        )
        for category, score in scores.items()
    ]
