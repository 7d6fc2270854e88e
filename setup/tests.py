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
# Real browsers, servers and clusters, beside other tests on few cores: a failure there may be one of time.
# A few are looked at again, alone; a test that passes only then is named, and is a fault still to be found.
LOOKED_AT_AGAIN = ("tests/e2e/", "tests/faults/", "tests/deploy/")
MOST_AGAIN = 3
SOME_FAILED = 1  # pytest's way to end when tests failed, and nothing else went wrong


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
    # One more than cores: tests of browsers and processes wait for a third of their time.
    workers = min((os.cpu_count() or 1) + 1, MOST_WORKERS)
    many = ["-n", str(workers), "--dist", "loadscope", *(["--cov"] if coverage else [])]
    passed, failed, status = run_pytest(variables, report, [*many, *chosen])
    # Who measures coverage wants to know of everything: pytest's own end then says more than its tests do.
    may_look = status == SOME_FAILED and not coverage
    unsteady = look_again(variables, report.with_stem("again"), failed) if may_look else []
    for name in unsteady:
        print(f"· passed only the second time, alone · 单独重跑才通过: {name}", flush=True)
    if unsteady and len(unsteady) == len(failed):
        status = 0
    return passed + len(unsteady), at_least_one(len(failed) - len(unsteady), status)


def run_pytest(variables: dict[str, str], report: Path, words: list[str]) -> tuple[int, list[str], int]:
    """How many passed, which did not, and how pytest itself ended."""
    command = [str(environment.PYTHON), "-m", "pytest", f"--junit-xml={report}", "-o", "junit_family=xunit1"]
    status = subprocess.run([*command, *words], cwd=ROOT, env=variables, check=False).returncode
    if not report.exists():
        return 0, [], status or 1
    told = ElementTree.parse(report)
    for said in told.iter("property"):
        print(f"· {said.get('value')}", flush=True)
    cases = list(told.iter("testcase"))
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = sum(case.find("skipped") is not None for case in cases)
    return len(cases) - len(failed) - skipped, sorted({name_of(case) for case in failed}), status


def name_of(case: ElementTree.Element) -> str:
    """What pytest takes as the name of one test: file, classes, function and case."""
    file = case.get("file", "")
    classes = case.get("classname", "").removeprefix(file.removesuffix(".py").replace("/", "."))
    return "::".join([file, *filter(None, classes.split(".")), case.get("name", "")])


def look_again(variables: dict[str, str], report: Path, failed: list[str]) -> list[str]:
    """Those of a few failed tests of real processes that pass when nothing else runs."""
    few = 0 < len(failed) <= MOST_AGAIN
    if not few or not all(name.startswith(LOOKED_AT_AGAIN) for name in failed):
        return []
    print(f"· {len(failed)} once more, alone · 单独再跑一次", flush=True)
    passed, still, _ = run_pytest(variables, report, failed)
    return [name for name in failed if name not in still] if passed + len(still) == len(failed) else []


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
