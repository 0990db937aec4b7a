"""Pure: codes of an authenticator app (RFC 6238: SHA-1, six digits, thirty seconds), and how it is set up."""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP, DIGITS = 30, 6
AROUND = (-1, 0, 1)
"""A clock may be one step off, either way."""


def new_secret() -> bytes:
    """160 random bits, as the standard wants them for SHA-1."""
    return secrets.token_bytes(20)


def step_of(now: datetime) -> int:
    """The number of the thirty seconds that ``now`` lies in."""
    return int(now.timestamp()) // STEP


def code(secret: bytes, step: int) -> str:
    """The six digits that an authenticator shows during ``step``."""
    made = TOTP(secret, DIGITS, SHA1(), STEP, enforce_key_length=False)  # noqa: S303 - what authenticators speak
    return made.generate(step * STEP).decode()


def matching_step(secret: bytes, typed: str, now: datetime, last_step: int | None) -> int | None:
    """The step whose code was typed, of those around ``now`` that are later than the last one used; else None."""
    wanted = "".join(typed.split()).encode()
    found = None
    for offset in AROUND:
        step = step_of(now) + offset
        same = hmac.compare_digest(code(secret, step).encode(), wanted)
        if same and (last_step is None or step > last_step):
            found = step
    return found


def as_text(secret: bytes) -> str:
    """The secret as a person types it: base32, without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def address(secret: bytes, account: str, issuer: str) -> str:
    """What the picture says: ``otpauth://totp/…``."""
    label = quote(f"{issuer}:{account}", safe="@:")
    query = urlencode({"secret": as_text(secret), "issuer": issuer, "digits": DIGITS, "period": STEP}, quote_via=quote)
    return f"otpauth://totp/{label}?{query}"
