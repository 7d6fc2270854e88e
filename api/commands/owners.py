"""Commands that write files for the server are for the server's own user."""

import os

import click

from api.config import Settings

OTHER_USER = "请用 {folder} 的所有者（uid {owner}）运行，例如 sudo -u workstation flask …"


def refuse_other_users(settings: Settings) -> None:
    """The server could not read what another user would leave in its folder."""
    owner = settings.data_dir.stat().st_uid
    if owner != os.geteuid():
        raise click.ClickException(OTHER_USER.format(folder=settings.data_dir, owner=owner))
