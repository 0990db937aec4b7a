"""Pure: recovery codes, as they are made, typed and stored."""

import hashlib
import hmac
import secrets

COUNT = 10
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"
"""Nothing that reads like something else."""


def new_codes() -> list[str]:
    """Ten codes of 49 random bits; they are tried under a limit, so that guessing one takes longer than a life."""
    return ["-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(COUNT)]


def stored(code: str, user: bytes, secret_key: str) -> bytes:
    """What is kept of a code: useless without the installation's key. Case, blanks and strokes do not count."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hmac.new(secret_key.encode(), b"recovery\0" + user + plain.encode(), hashlib.sha256).digest()
