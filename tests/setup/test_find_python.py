"""`make` takes the first Python that will do, and says in one sentence what is missing."""

import subprocess
import sys
from pathlib import Path

from tests.conventions.source import ROOT

OLD = '#!/bin/sh\ncase "$2" in *print*) echo 3.9;; *) exit 1;; esac\n'
WITHOUT_VENV = '#!/bin/sh\ncase "$2" in *print*) echo 3.12;; *ensurepip*) exit 1;; esac\n'
SHIM_OF_NOTHING = "#!/bin/sh\necho 'command not found' >&2; exit 127\n"
GOOD = f'#!/bin/sh\nexec {sys.executable} "$@"\n'


def find_python(folder: Path, **programs: str) -> subprocess.CompletedProcess[str]:
    for name, script in programs.items():
        file = folder / name.replace("_", ".")
        file.write_text(script)
        file.chmod(0o755)
    command = ["/bin/sh", str(ROOT / "setup" / "find_python.sh")]
    return subprocess.run(command, env={"PATH": str(folder)}, capture_output=True, text=True, check=False)


def test_a_newer_python_beside_an_old_one_is_found(tmp_path: Path) -> None:
    found = find_python(tmp_path, python3=OLD, python3_13=SHIM_OF_NOTHING, python3_12=GOOD)
    assert (found.returncode, found.stdout.strip()) == (0, str(tmp_path / "python3.12"))


def test_only_an_old_python_is_said_with_its_version(tmp_path: Path) -> None:
    found = find_python(tmp_path, python3=OLD)
    assert found.returncode == 1
    assert "Python 3.11 or newer is needed (found: python3 3.9)" in found.stderr


def test_no_python_at_all_is_said(tmp_path: Path) -> None:
    found = find_python(tmp_path)
    assert found.returncode == 1
    assert "apt install python3 python3-venv" in found.stderr


def test_a_python_without_venv_names_the_package(tmp_path: Path) -> None:
    found = find_python(tmp_path, python3=WITHOUT_VENV)
    assert found.returncode == 1
    assert found.stderr.splitlines()[0].endswith("apt install python3-venv")
