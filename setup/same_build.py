"""`make same-build`: the app is built twice, in two folders, and must be the same bytes."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from setup.environment import PWA, environment
from setup.terminal import fail, speak_utf8

LEFT_OUT = shutil.ignore_patterns("node_modules", "dist", "coverage", "*.tsbuildinfo")


def main() -> None:
    """Prints one digest over all files of the build."""
    speak_utf8()
    first, second = built(), built()
    differing = sorted(name for name in first | second if first.get(name) != second.get(name))
    if differing:
        fail(f"Two builds differ: {', '.join(differing)}", f"两次构建不一致：{'、'.join(differing)}")
    whole = hashlib.sha256("".join(f"{name} {first[name]}\n" for name in sorted(first)).encode())
    print(f"✓ {len(first)} files, twice the same bytes: {whole.hexdigest()}")


def built() -> dict[str, str]:
    """Digests by file name, of a build in a fresh folder."""
    with tempfile.TemporaryDirectory(prefix="workstation-build-") as folder:
        copy = Path(folder) / "pwa"
        shutil.copytree(PWA, copy, ignore=LEFT_OUT)
        (copy / "node_modules").symlink_to(PWA / "node_modules")
        done = subprocess.run(
            ["npm", "run", "build"], cwd=copy, env=environment(), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            sys.exit(done.stdout + done.stderr)
        files = (path for path in sorted((copy / "dist").rglob("*")) if path.is_file())
        return {
            str(path.relative_to(copy / "dist")): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        }


if __name__ == "__main__":
    main()
