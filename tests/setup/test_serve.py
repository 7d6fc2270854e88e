"""`make run` stops before it does anything when the port cannot be had."""

import os
import socket
import subprocess
import sys

import pytest

from tests.conventions.source import ROOT


def serve(**settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "setup.serve"]
    variables = os.environ | settings
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=30, check=False
    )


def test_a_busy_port_is_named_with_another_to_take() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = serve(PORT=str(port))
    assert done.returncode == 1
    assert f"Port {port} is in use" in done.stderr
    assert f"make run PORT={port + 1}" in done.stderr


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none_is_said(port: str) -> None:
    done = serve(PORT=port)
    assert done.returncode == 1
    assert "PORT must be a number from 1 to 65535" in done.stderr
