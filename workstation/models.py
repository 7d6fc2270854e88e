"""Imports every model, so that migrations and tests see the whole schema at once."""

from workstation.accounts import models as accounts
from workstation.audit import models as audit
from workstation.chain import models as chain
from workstation.check_ins import models as check_ins
from workstation.coverage import models as coverage
from workstation.exports import models as exports
from workstation.feed import models as feed
from workstation.network import models as network
from workstation.people import models as people
from workstation.receptions import models as receptions
from workstation.reports import models as reports
from workstation.shifts import models as shifts
from workstation.suggestions import models as suggestions
from workstation.sync import models as sync

__all__ = [
    "accounts",
    "audit",
    "chain",
    "check_ins",
    "coverage",
    "exports",
    "feed",
    "network",
    "people",
    "receptions",
    "reports",
    "shifts",
    "suggestions",
    "sync",
]
