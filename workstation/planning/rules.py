"""What a planned shift may be, decided from values alone."""

from datetime import datetime, timedelta

LONGEST = timedelta(hours=12)


def fault_of_span(*, starts_at: datetime, ends_at: datetime, now: datetime) -> tuple[str, str] | None:
    """The field at fault and why, or None. Plans freeze when they start: figures rest on them."""
    if starts_at <= now:
        return "starts_at", "要晚于现在：已经开始的班次不能再排。"
    if not starts_at < ends_at <= starts_at + LONGEST:
        return "ends_at", "结束要晚于开始，且一班不超过 12 小时。"
    return None
