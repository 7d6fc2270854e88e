"""No secret is in the tree: neither a key, nor a token, nor a password that opens anything.

What secrets of two dozen services look like, detect-secrets knows; its patterns are tried on whole files
here, which takes a sixth of the time that its own walk over lines does.
"""

import re
from collections.abc import Iterator

import pytest
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import RegexBasedDetector

from tests.conventions.source import ROOT, tracked_files

# An address of a machine is no secret; whatever stands behind the word "password" is mostly a label; and
# addresses with a password get a pattern of ours, which knows how examples are written.
NOT_LOOKED_FOR = {"Basic Auth Credentials", "Public IP (ipv4)", "Secret Keyword"}
OURS = {
    "address with a password": re.compile(r"://[^\s/:@{}'\"$<]+:[^\s/:@{}'\"$<]+@(?!workstation\.example)"),
    "Google key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}"),
    "assigned secret": re.compile(
        r"(?i)\b(?:secret_key|backup_key|api_key|password|passwd)\s*[=:]\s*['\"]?[0-9a-f]{32,}\b"
    ),
}


def known() -> Iterator[tuple[str, re.Pattern[str]]]:
    """(what it is, what it looks like)"""
    for kind, detector in get_mapping_from_secret_type_to_class().items():
        if issubclass(detector, RegexBasedDetector) and kind not in NOT_LOOKED_FOR:
            yield from ((kind, pattern) for pattern in detector().denylist)
    yield from OURS.items()


PATTERNS = list(known())
# Files that hold random-looking text for a reason.
NO_SECRETS = {
    "static/pwa/package-lock.json": "checksums",
    "bench/lighthouse/package-lock.json": "checksums",
}
KEPT_OUT = {".env", "secret.key", "backup.key", "demo.json", "workstation.db"}

TEXTS = [file for file in tracked_files() if str(file.relative_to(ROOT)) not in NO_SECRETS]


def found_in(content: str) -> set[str]:
    return {kind for kind, pattern in PATTERNS if pattern.search(content)}


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
        ("Private Key", "-----BEGIN EC " + "PRIVATE KEY-----"),
        ("AWS Access Key", "AKIA" + "A" * 16),
        ("GitHub Token", "ghp_" + "a" * 36),
        ("address with a password", "postgresql://somebody:" + "hunter2@db.example/x"),
        ("assigned secret", "SECRET_KEY=" + "3f9a1c7b" * 4),
        ("GitLab Token", "glpat-" + "a1b2" * 5),
        ("Stripe Access Key", "sk_live_" + "a1" * 12),
        ("JSON Web Token", ".".join(("eyJ" + "hbGciOiJIUzI1", "eyJ" + "zdWIiOiIxMjM0", "c2lnbmF0dXJlIQ"))),
    ],
    ids=["pem", "aws", "github", "address", "assigned", "gitlab", "stripe", "jwt"],
)
def test_the_search_finds_each_kind(kind: str, content: str) -> None:
    assert kind in found_in(content)


def test_what_is_left_out_exists() -> None:
    gone = [name for name in NO_SECRETS if not (ROOT / name).exists()]
    assert not gone, "a file that is no longer there needs no exception"
