"""The command line: another door to the same operations. `flask --app wsgi …`"""

from importlib import import_module
from pathlib import Path

from flask import Flask


def install(app: Flask) -> None:
    """Registers every command group in this folder; each file names its own `group`."""
    for file in sorted(Path(__file__).parent.glob("*.py")):
        if file.stem != "__init__":
            app.cli.add_command(import_module(f"{__name__}.{file.stem}").group)
