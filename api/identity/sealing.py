"""Pure: words that only this installation can write and read, for a while.

What a browser carries from one step of a proof to the next (who passed the first step, the secret of an authenticator
that is being set up, a key's challenge) is sealed with a key made from the installation's secret. It says when it ends
and carries a random mark, so that it can be spent once.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


@dataclass(frozen=True, slots=True)
class Opened:
    """What was sealed; ``mark`` is 128 random bits that are spent with it."""

    claims: Mapping[str, Any]
    mark: bytes
    expires_at: datetime


def _key(purpose: str, secret_key: str) -> AESGCM:
    return AESGCM(hmac.new(secret_key.encode(), b"sealed\0" + purpose.encode(), hashlib.sha256).digest())


def seal(purpose: str, claims: Mapping[str, Any], now: datetime, life: timedelta, secret_key: str) -> str:
    """``claims`` (JSON values) as text that is good for ``purpose`` alone, until ``now + life``."""
    until = int((now + life).timestamp())
    body = json.dumps({"claims": dict(claims), "mark": os.urandom(16).hex(), "until": until}).encode()
    return base64.urlsafe_b64encode(_shut(purpose, body, b"", secret_key)).decode().rstrip("=")


def unseal(purpose: str, text: str, now: datetime, secret_key: str) -> Opened | None:
    """What :func:`seal` was given; None if it is not ours, for something else, or too old."""
    try:
        raw = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        body = json.loads(_open(purpose, raw, b"", secret_key))
    except (ValueError, InvalidTag):
        return None
    if body["until"] <= now.timestamp():
        return None
    return Opened(body["claims"], bytes.fromhex(body["mark"]), datetime.fromtimestamp(body["until"], UTC))


def lock(secret: bytes, owner: bytes, secret_key: str) -> bytes:
    """A secret to be stored: useless without the installation's key, and in anybody's row but ``owner``'s."""
    return _shut("stored", secret, owner, secret_key)


def unlock(stored: bytes, owner: bytes, secret_key: str) -> bytes:
    """What :func:`lock` was given; :class:`InvalidTag` where row or key are not the right ones."""
    return _open("stored", stored, owner, secret_key)


def _shut(purpose: str, body: bytes, bound: bytes, secret_key: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _key(purpose, secret_key).encrypt(nonce, body, bound)


def _open(purpose: str, raw: bytes, bound: bytes, secret_key: str) -> bytes:
    return _key(purpose, secret_key).decrypt(raw[:_NONCE], raw[_NONCE:], bound)
