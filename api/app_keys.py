"""The installation's keys, for whoever seals, hashes or proves."""

from flask import current_app

from workstation.keys import Keys


def app_keys() -> Keys:
    """Those of this application."""
    keys: Keys = current_app.extensions["keys"]
    return keys
