"""gunicorn, for `make run` and for a server behind a proxy. Settings come from the environment.

Threads wait for the database and the disk while others work: two processes of four threads serve a city.
A client that sends its body slowly holds a thread, so a public server stands behind a buffering proxy.
"""

import gc
import os
import shutil
from pathlib import Path
from typing import Any

import gunicorn.http.wsgi

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"

# A worker that hangs this long is replaced; a stopping one may finish its calls.
timeout = 60
graceful_timeout = 15
keepalive = 5

# Workers import the application themselves: a database connection must not cross a fork.
preload_app = False
# gunicorn's heartbeat files on a disk would stall the workers when the disk is slow.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# The administration socket would lie in the home folder, one for all servers of a user.
control_socket_disable = True

# A DPoP proof and a token fit in 8 KiB; a longer header is no client of ours.
limit_request_line = 4094
limit_request_field_size = 8190

# Answers do not say which program gave them.
gunicorn.http.wsgi.SERVER = "workstation"

# What the server writes is nobody else's to read.
umask = 0o077

# Each worker counts for itself in a file of this folder, and /metrics adds them up.
metrics_folder = Path(os.environ.get("DATA_DIR") or "var").resolve() / "metrics"
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics_folder)

# No access log: addresses may carry positions in their query. The application logs each call without it.
accesslog = None
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "warning")


def on_starting(server: Any) -> None:
    """Counts of a former start, perhaps a killed one, would be added to ours."""
    shutil.rmtree(metrics_folder, ignore_errors=True)
    metrics_folder.mkdir(parents=True)


def post_worker_init(worker: Any) -> None:
    """What was imported stays: looking through it for garbage again and again took half of a long answer."""
    gc.collect()
    gc.freeze()


def child_exit(server: Any, worker: Any) -> None:
    """A worker that is gone no longer has anything open."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)
