"""`flask keys …`: the keys of what is encrypted in the database, listed and changed."""

import click
from flask import current_app
from flask.cli import AppGroup
from tqdm import tqdm

from api.app_keys import app_keys
from api.commands.command_notes import note_in_every_network
from api.commands.owners import refuse_other_users
from workstation.privacy.encrypted import count_by_key, reencrypt

group = AppGroup("keys", help="Keys of what is encrypted in the database.")


@group.command("list")
def list_keys() -> None:
    """Each key with how many values it opens. Key 0 is the installation's secret itself."""
    counts, newest = count_by_key(), app_keys().newest("constituent")
    for number in sorted({*counts, newest}):
        now = "（新内容用这一把）" if number == newest else ""
        click.echo(f"第 {number} 把：{counts[number]} 处{now}")


@group.command("rotate")
@click.option("--again", is_flag=True, help="Make no key; encrypt what an interrupted run left.")
def rotate(again: bool) -> None:
    """Make a new key, and encrypt everything with it. The server may run; running it again goes on.

    Old keys stay in DATA_DIR/keys: backups made before need them. Delete a key's file once the last such
    backup is gone and `flask keys list` counts 0 for it.
    """
    refuse_other_users(current_app.config["SETTINGS"])
    keys = app_keys()
    number = keys.newest("constituent") if again else keys.make_data_key()
    counts = count_by_key()
    with tqdm(total=counts.total() - counts[number], unit=" 处", leave=False) as bar:
        failed = reencrypt(keys=keys, progress=bar.update)
    note_in_every_network("keys.rotated", str(number), after={"failed": failed})
    click.echo(f"第 {number} 把：{count_by_key()[number]} 处。")
    if failed:
        raise click.ClickException(
            f"{failed} 处没有一把密钥能打开，原样未动。请核对 DATA_DIR/keys 与 SECRET_KEY。"
        )
