"""Pure rules of credentials: how they look, how they are hashed, which passwords are refused."""

import base64
import hashlib
import hmac
import json
import secrets
import zlib
from datetime import datetime
from typing import Final
from uuid import UUID

TOKEN_PREFIX = "imt_"
OPERATOR_PREFIX = "imo_"
PASSWORD_MIN, PASSWORD_MAX = 12, 128

GUESSES: Final = 10**8
"""How many tries a password withstands at least, by zxcvbn's count: its 30,000 commonest, names, words, dates, keyboard
walks, repeats and letters replaced by digits are far below."""
_JUDGED: Final = 40
"""Characters that are judged; a long password whose beginning is strong is strong, and judging takes time."""
_KNOWN: Final = ("correcthorsebatterystaple", "imisofts")


def new_secret() -> str:
    """256 random bits, safe in a cookie and in an address."""
    return secrets.token_urlsafe(32)


def sha256(secret: str) -> bytes:
    """What is stored of a session's id or a link's token; enough, because the input has 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


def link_token(link_id: UUID, secret_key: str) -> str:
    """The secret of a one-time link. Made from its row's id, so that a job that mails it carries an id and no secret,
    and mails the same link when it is tried again; the database alone tells it to nobody."""
    mark = hmac.new(secret_key.encode(), b"link\0" + link_id.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mark).decode().rstrip("=")


def weakness(password: str, email: str) -> str | None:
    """Why a password is refused, or None. Length and being guessable count; composition does not. Thinking about
    it takes some milliseconds."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        return f"takes {PASSWORD_MIN} to {PASSWORD_MAX} characters"
    plain = password.casefold()
    if len(set(plain)) < 4 or any(word in plain for word in _KNOWN):
        return "is too common"
    if email and (email.casefold() in plain or email.casefold().partition("@")[0] == plain):
        return "holds the e-mail address"
    return "is too easy to guess" if _guesses(password[:_JUDGED], email) < GUESSES else None


def _guesses(password: str, email: str) -> int:
    """After how many tries somebody who knows how people choose, and the address, has it."""
    from zxcvbn import zxcvbn  # its lists are megabytes, of use to the few requests that set a password

    return int(zxcvbn(password, user_inputs=[email, *email.split("@")])["guesses"])


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def new_api_token() -> str:
    """Prefix, 256 random bits, checksum: a scanner recognises it, a typing error costs no query."""
    body = TOKEN_PREFIX + new_secret()
    return body + _checksum(body)


def is_api_token(token: str) -> bool:
    """Whether ``token`` has the shape and the checksum of one of ours."""
    return token.startswith(TOKEN_PREFIX) and hmac.compare_digest(_checksum(token[:-8]), token[-8:])


def keyed_hash(token: str, secret_key: str) -> bytes:
    """What is stored of an API token: useless to whoever has the database and not the key."""
    return hmac.new(secret_key.encode(), b"token\0" + token.encode(), hashlib.sha256).digest()


def operator_token(slug: str, expires_at: datetime, secret_key: str) -> str:
    """A credential that only who can read the installation's secret can make."""
    claims = json.dumps({"workspace": slug, "until": int(expires_at.timestamp())}).encode()
    text = base64.urlsafe_b64encode(claims).decode().rstrip("=")
    return f"{OPERATOR_PREFIX}{text}.{_operator_mark(text, secret_key)}"


def operator_workspace(token: str, now: datetime, secret_key: str) -> str | None:
    """The workspace's slug that a valid operator token names, else None."""
    text, _, mark = token.removeprefix(OPERATOR_PREFIX).partition(".")
    if not hmac.compare_digest(mark.encode(), _operator_mark(text, secret_key).encode()):
        return None
    claims = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return str(claims["workspace"]) if claims["until"] > now.timestamp() else None


def _operator_mark(text: str, secret_key: str) -> str:
    return hmac.new(secret_key.encode(), b"operator\0" + text.encode(), hashlib.sha256).hexdigest()
