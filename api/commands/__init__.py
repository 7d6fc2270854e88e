"""The command line: another door to the same operations. `flask --app wsgi …`

A command's module is imported when it is called: a server needs neither maps nor pinyin, and starts in
half the time without them.
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click
from flask.cli import AppGroup

# The name on the command line, and the module in this folder that holds its `group`.
MODULES = {
    "audit": "audit",
    "backup": "backup",
    "codes": "codes",
    "coverage": "coverage",
    "database": "database",
    "demo": "demo",
    "doctor": "doctor",
    "housekeeping": "housekeeping",
    "import": "imports",
    "keys": "keys",
    "network": "networks",
    "people": "people",
    "redact": "redact",
    "rules": "rules",
}
# These answer no call, and start in half the time without what the API needs.
WITHOUT_ADDRESSES = frozenset({"audit", "backup", "doctor", "housekeeping"})


def needs_addresses(arguments: Sequence[str]) -> bool:
    """Whether a program that was started so may call the API: a server, or one of the other commands."""
    program, *words = arguments
    named = next((word for word in words if word in MODULES), "")  # the first: what follows are its own words
    return "flask" not in Path(program).parts[-2:] or named not in WITHOUT_ADDRESSES


class CommandFolder(AppGroup):
    """The groups of this folder, and those that extensions add."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *MODULES})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in MODULES:
            return super().get_command(ctx, cmd_name)
        group: click.Command = import_module(f"{__name__}.{MODULES[cmd_name]}").group
        return group
