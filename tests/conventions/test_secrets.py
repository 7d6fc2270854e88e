"""No secret is in the tree: neither a key, nor a token, nor a password that opens anything."""

import re

import pytest

from tests.conventions.source import ROOT, tracked_files

# What secrets look like. The names of the parts are joined here, so that this file does not find itself.
PATTERNS = {
    "private key": re.compile("-----BEGIN [A-Z ]*" + "PRIVATE KEY"),
    "AWS key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "GitHub token": re.compile(r"\bgh[pousr]_[0-9A-Za-z]{36}"),
    "Slack token": re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{10,}"),
    "Google key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}"),
    "JSON web token": re.compile(r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}"),
    "address with a password": re.compile(r"://[^\s/:@{}'\"$<]+:[^\s/:@{}'\"$<]+@(?!workstation\.example)"),
    "assigned secret": re.compile(
        r"(?i)\b(?:secret_key|backup_key|api_key|password|passwd)\s*[=:]\s*['\"]?[0-9a-f]{32,}\b"
    ),
}
# Files that hold random-looking text for a reason.
NO_SECRETS = {
    "static/pwa/package-lock.json": "checksums",
    "bench/lighthouse/package-lock.json": "checksums",
}
KEPT_OUT = {".env", "secret.key", "backup.key", "demo.json", "workstation.db"}

TEXTS = [file for file in tracked_files() if str(file.relative_to(ROOT)) not in NO_SECRETS]


def found_in(content: str) -> set[str]:
    return {name for name, pattern in PATTERNS.items() if pattern.search(content)}


def test_no_file_holds_what_looks_like_a_secret() -> None:
    found = {
        str(file.relative_to(ROOT)): kinds
        for file in TEXTS
        if (kinds := found_in(file.read_bytes().decode("utf-8", "ignore")))
    }
    assert not found


def test_files_that_hold_secrets_are_not_in_the_tree() -> None:
    assert not [file for file in tracked_files() if file.name in KEPT_OUT or file.suffix in (".pem", ".key")]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("private key", "-----BEGIN EC " + "PRIVATE KEY-----"),
        ("AWS key", "AKIA" + "A" * 16),
        ("GitHub token", "ghp_" + "a" * 36),
        ("address with a password", "postgresql://somebody:" + "hunter2@db.example/x"),
        ("assigned secret", "SECRET_KEY=" + "3f9a1c7b" * 4),
        ("JSON web token", ".".join(("eyJ" + "hbGciOiJIUzI1", "eyJ" + "zdWIiOiIxMjM0", "c2lnbmF0dXJlIQ"))),
    ],
    ids=["pem", "aws", "github", "address", "assigned", "jwt"],
)
def test_the_search_finds_each_kind(kind: str, content: str) -> None:
    assert kind in found_in(content)


def test_what_is_left_out_exists() -> None:
    gone = [name for name in NO_SECRETS if not (ROOT / name).exists()]
    assert not gone, "a file that is no longer there needs no exception"
