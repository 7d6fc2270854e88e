"""Whether anything may have changed since somebody looked, for much less than looking again."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import extract, func, select

from workstation.database import begin_report, db
from workstation.network.models import Network
from workstation.people.models import Device
from workstation.people.rules import Scope

# What needs no phone, such as a plan that begins or a change made in an office, shows at the latest then.
BUCKET_S = 120


def feel_pulse(*, scope: Scope, now: datetime) -> str:
    """A mark that differs when phones of the network have spoken, and every other minute.

    Sums over phones and not their latest: two calls may commit in the other order than they came.
    """
    begin_report()
    spoke = extract("epoch", Device.last_sync_at)
    phones = db.session.execute(
        select(func.count(Device.id), func.sum(spoke), func.sum(Device.pending)).where(
            Device.network_id == scope.network_id
        )
    ).one()
    version = db.session.scalar(select(Network.rules_version).where(Network.id == scope.network_id))
    bucket = int(now.timestamp()) // BUCKET_S
    marks = [*phones, version, bucket, scope.member_id]
    return sha256(repr(marks).encode()).hexdigest()[:32]
