"""Imported by the process that tests' servers are forked from, and by nothing else."""

import os
from pathlib import Path

# Must be set before the counters are made; a server's own folder takes its place after the fork.
folder = Path(os.environ["WORKSTATION_TEST_FOLDER"], "warm")
folder.mkdir(exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)

import gunicorn.app.wsgiapp  # noqa: E402  # after the folder is set
import gunicorn.workers.gthread  # noqa: E402, F401  # the same

import api  # noqa: E402, F401  # the same
