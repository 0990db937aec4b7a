"""Pure rules of credentials: how they look, how they are hashed, which passwords are refused."""

import base64
import hashlib
import hmac
import json
import secrets
import zlib
from datetime import datetime
from uuid import UUID

TOKEN_PREFIX = "imt_"
OPERATOR_PREFIX = "imo_"
PASSWORD_MIN, PASSWORD_MAX = 12, 128

_COMMON = {
    "123456789012", "1234567890123", "password1234", "password12345", "passwordpassword", "qwertyuiop12",
    "qwertyuiop123", "qwertyuiopasdf", "administrator", "administrator1", "letmeinletmein", "iloveyou1234",
    "welcome12345", "welcome123456", "changeme1234", "changemechangeme", "correcthorsebatterystaple", "abcdefghijkl",
    "abcdefghijklm", "trustno1trustno1", "monkeymonkey", "dragondragon", "football1234", "baseball1234",
    "sunshine1234", "princess1234", "superman1234", "batmanbatman", "qazwsxedcrfv", "1q2w3e4r5t6y", "zaq12wsxcde3",
    "p@ssw0rd1234", "passw0rd1234", "secret123456", "secretsecret", "hello1234567", "testtesttest", "test12345678",
    "google123456", "whatever1234", "starwars1234", "computer1234", "internet1234", "master123456",
}  # fmt: skip


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
    """Why a password is refused, or None. Length and being guessable count; composition does not."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        return f"takes {PASSWORD_MIN} to {PASSWORD_MAX} characters"
    plain = password.casefold()
    if plain in _COMMON or len(set(plain)) < 4 or "imisofts" in plain:
        return "is too common"
    if email and (email.casefold() in plain or email.casefold().partition("@")[0] == plain):
        return "holds the e-mail address"
    return None


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
