"""Who ran a command: nobody signed in there, but the machine knows whose shell it was."""

import os
from pwd import getpwuid

LONGEST = 60


def system_user() -> str:
    """The machine's user of this process, behind the one who became it by sudo where that was told."""
    user = os.geteuid()
    try:
        name = getpwuid(user).pw_name
    except KeyError:  # a container may run as a number without a name
        name = f"uid {user}"
    before = os.environ.get("SUDO_USER", "")
    return (f"{before} → {name}" if before and before != name else name)[:LONGEST]
