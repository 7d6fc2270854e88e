"""Which worker runs a test: a file that starts servers or browsers stays on one, which starts them once.

Files with many tests come first, and thousands of short tests last, so that no worker waits for another.
xdist's own groups (`--dist loadgroup`) do nothing under pytest 9.2, where a test keeps its name.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

WHOLE_FILES = ("tests/e2e/", "tests/deploy/")


class WholeFiles(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0] if nodeid.startswith(WHOLE_FILES) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WholeFiles:
    return WholeFiles(config, log)
