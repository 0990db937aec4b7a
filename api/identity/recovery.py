"""Pure: recovery codes, as they are made, typed and stored."""

import hashlib
import hmac
import secrets

COUNT = 10
GROUPS, EACH = 6, 4
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"
"""Nothing that reads like something else."""


def new_codes() -> list[str]:
    """Ten codes of 117 random bits: a quick hash hides them as well as a slow one hides a password."""
    return ["-".join(_group() for _ in range(GROUPS)) for _ in range(COUNT)]


def _group() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(EACH))


def stored(code: str, user: bytes, secret_key: str) -> bytes:
    """What is kept of a code: useless without the installation's key. Case, blanks and strokes do not count."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hmac.new(secret_key.encode(), b"recovery\0" + user + plain.encode(), hashlib.sha256).digest()
