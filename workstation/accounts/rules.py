"""Which passwords are too easy, and which code of an authenticator fits: decided from values alone."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

import pyotp

ACCOUNT_MOST = 60
PASSWORD_LEAST, PASSWORD_MOST = 10, 72
# zxcvbn's scale is 0 to 4; 3 takes more than 10^8 guesses, which Argon2id makes years.
STRONG_ENOUGH = 3
# Looking at many characters that stand for letters (4 and @ for a) takes seconds: these many say enough.
JUDGED_CHARACTERS = 20
# What everybody here would try first.
LOCAL_WORDS = ("zhengxie", "weiyuan", "gongzuozhan", "workstation", "shenzhen", "cppcc", "admin")

RESET_CODE_LIVES = timedelta(hours=24)
RECOVERY_CODES = 10
STEP_S = 30
# A phone's clock may be a step behind or ahead.
STEPS_OFF = 1


def is_easy(password: str, *, known: Sequence[str]) -> bool:
    """Whether it would be guessed soon: a common one, a pattern, or made of what is `known` of the person."""
    from zxcvbn import zxcvbn  # its lists of words take 14 MB: only who sets a password pays

    words = [*LOCAL_WORDS, *(word for word in known if word)]
    score: int = zxcvbn(password[:JUDGED_CHARACTERS], user_inputs=words)["score"]
    return score < STRONG_ENOUGH


def fitting_step(code: str, *, secret: str, now: datetime, after: int) -> int | None:
    """The 30-second step whose code this is, if it is a fresh one: later than `after`."""
    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP_S
    for step in range(present - STEPS_OFF, present + STEPS_OFF + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()) and step > after:
            return step
    return None


def plain_digits(text: str) -> str:
    """A typed code as the authenticator shows it: spaces forgiven."""
    return "".join(text.split())
