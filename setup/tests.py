"""`make test`: everything from a fresh clone, then all tests, then one line that says how many passed."""

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

from setup import chromium, environment, strace, unpacked
from setup.processes import end_descendants, stop_on_sigterm
from setup.terminal import ROOT, speak_utf8

MOST_WORKERS = 4


def run_tests(*, coverage: bool, chosen: list[str]) -> int:
    """Run vitest (unless only some of pytest's tests were chosen) and pytest; 0 when all passed."""
    environment.prepare(tests=True)
    variables = environment.environment() | {"CHROMIUM": chromium.install()}
    strace.install()
    unpacked.install()
    with tempfile.TemporaryDirectory() as folder:
        suites = [] if chosen else [vitest(variables, Path(folder) / "vitest.json")]
        suites.append(pytest(variables, Path(folder) / "pytest.xml", coverage=coverage, chosen=chosen))
    passed = sum(suite[0] for suite in suites)
    failed = sum(suite[1] for suite in suites)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def soak(*, minutes: float, chosen: list[str]) -> int:
    """Run the chosen tests until one fails or the time is over."""
    ends_at = time.monotonic() + minutes * 60
    rounds = 0
    while rounds == 0 or time.monotonic() < ends_at:
        rounds += 1
        print(f"· round {rounds} · 第 {rounds} 轮", flush=True)
        if run_tests(coverage=False, chosen=chosen):
            return 1
    print(f"{rounds} rounds without a failure", flush=True)
    return 0


def vitest(variables: dict[str, str], report: Path) -> tuple[int, int]:
    print("· vitest · 手机端测试", flush=True)
    reporters = ["--reporter=default", "--reporter=json", f"--outputFile.json={report}"]
    command = ["npm", "test", "--silent", "--", *reporters]
    status = subprocess.run(command, cwd=environment.PWA, env=variables, check=False).returncode
    if not report.exists():
        return 0, 1
    counts = json.loads(report.read_text())
    return counts["numPassedTests"], at_least_one(counts["numFailedTests"], status)


def pytest(variables: dict[str, str], report: Path, *, coverage: bool, chosen: list[str]) -> tuple[int, int]:
    print("· pytest · 服务端与浏览器测试", flush=True)
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    command = [str(environment.PYTHON), "-m", "pytest", "-n", str(workers), "--dist", "loadgroup"]
    command += [
        f"--junit-xml={report}",
        "-o",
        "junit_family=xunit1",
        *(["--cov"] if coverage else []),
        *chosen,
    ]
    status = subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode
    if not report.exists():
        return 0, 1
    told = ElementTree.parse(report)
    for said in told.iter("property"):
        print(f"· {said.get('value')}", flush=True)
    suite = next(told.iter("testsuite")).attrib
    failed = int(suite["failures"]) + int(suite["errors"])
    passed = int(suite["tests"]) - failed - int(suite["skipped"])
    return passed, at_least_one(failed, status)


def at_least_one(failed: int, status: int) -> int:
    """A runner that ends badly without a failed test (none found, coverage too low) has failed too."""
    return max(failed, 1) if status else failed


def main() -> int:
    parser = argparse.ArgumentParser(description="Run all tests, or the chosen ones of pytest's.")
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--minutes", type=float, help="again and again for so long")
    parser.add_argument("chosen", nargs="*")
    arguments = parser.parse_args()
    speak_utf8()
    stop_on_sigterm()
    try:
        if arguments.minutes is not None:
            return soak(minutes=arguments.minutes, chosen=arguments.chosen)
        return run_tests(coverage=arguments.coverage, chosen=arguments.chosen)
    except KeyboardInterrupt:
        return 130
    finally:
        end_descendants()


if __name__ == "__main__":
    raise SystemExit(main())
