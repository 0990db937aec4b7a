"""What protects a page: one policy for every answer, and two locks on every form.

A form is accepted only from our own origin (``Sec-Fetch-Site``, else ``Origin``) and only with the token that belongs
to the visitor's own cookie, so that neither a foreign page nor a foreign subdomain can act in somebody's name.
"""

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SESSION_COOKIE = "imisofts_session"
GUEST_COOKIE = "imisofts_guest"
TOKEN_FIELD = "form_token"
MAX_FORM_BYTES = 1024 * 1024


def policy(nonce: str) -> str:
    """Only our own files, the one style element with the brand's tokens, and nobody may frame us."""
    return (
        "default-src 'none'; "
        f"script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def protect(heads: MutableHeaders, scope: Scope) -> None:
    """Add the security heads to an answer of the request ``scope``; what a page has set itself stays."""
    heads.setdefault("Content-Security-Policy", policy(scope["state"]["nonce"]))
    heads.setdefault("X-Content-Type-Options", "nosniff")
    heads.setdefault("Referrer-Policy", "same-origin")
    heads.setdefault("X-Frame-Options", "DENY")
    heads.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    heads.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    heads.setdefault("Cache-Control", "no-store")
    if scope.get("scheme") == "https":
        heads.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")


def capped(request: Request, largest: int) -> Request:
    """The request, whose body ends in :class:`TooLarge` after ``largest`` bytes, whatever its head says."""
    left = largest

    async def receive() -> Message:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge
        return message

    return Request(request.scope, receive)


class TooLarge(Exception):
    """A form has more bytes than its page takes."""


class SecurityHeaders:
    """Adds the security heads to every answer and a fresh nonce to every request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; heads a page has set itself (a PDF's own policy) stay."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce

        async def send_with_heads(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(scope=message), scope)
            await send(message)

        await self.app(scope, receive, send_with_heads)


def form_token(secret: str, request: Request, cookie_name: str) -> str:
    """The token for this visitor's forms, bound to the session cookie, before sign-in to the guest cookie."""
    bound = request.cookies.get(cookie_name) or guest(request)
    return hmac.new(secret.encode(), b"portal form\0" + bound.encode(), hashlib.sha256).hexdigest()


def guest(request: Request) -> str:
    """The guest's random id: from the cookie, else new and kept on the request for :func:`remember_guest`."""
    known = request.cookies.get(GUEST_COOKIE)
    if known:
        return known
    if not hasattr(request.state, "guest"):
        request.state.guest = secrets.token_urlsafe(24)
    return str(request.state.guest)


def remember_guest(request: Request, response: Response) -> None:
    """Set the guest cookie when the page's form was bound to a new one."""
    if hasattr(request.state, "guest"):
        response.set_cookie(
            GUEST_COOKIE, request.state.guest, httponly=True, samesite="lax", secure=request.url.scheme == "https"
        )


def from_our_own_page(request: Request) -> bool:
    """Whether the browser says that this request was made by a page of ours."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    if origin is None:
        return False
    return origin != "null" and urlsplit(origin).netloc == request.headers.get("host", "")


def same(sent: object, expected: str) -> bool:
    """Whether a form carried the token expected of it."""
    return isinstance(sent, str) and hmac.compare_digest(sent.encode(), expected.encode())
