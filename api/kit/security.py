"""What every answer carries and every unsafe request must show."""

import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.kit.errors import AWAY, Forbidden, away, fault, problem

COOKIE = "imisofts_session"
FORM_HEADER = "X-Form-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
LARGEST_BODY, LARGEST_FORM = 5 * 1024 * 1024, 101 * 1024 * 1024
"""Bytes of a request's body; a form may bring a file."""
API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


class CrossSite(Forbidden):
    """Another site sent the browser here."""

    code = "cross_site"


class FormTokenMissing(Forbidden):
    """A cookie alone does not prove that our own page sent the request."""

    code = "form_token"


def cookie_name(public_url: str) -> str:
    """The session cookie's name; ``__Host-`` where TLS is on, so that no other host can set it."""
    return f"__Host-{COOKIE}" if public_url.startswith("https://") else COOKIE


def form_token(cookie: str) -> str:
    """The token that forms carry. Derived from the http-only cookie: only who holds the cookie can make it."""
    return hashlib.sha256(b"form:" + cookie.encode()).hexdigest()


def require_form_token(request: Request, cookie: str) -> None:
    """An unsafe request by cookie shows the form token too."""
    if request.method in SAFE:
        return
    sent = request.headers.get(FORM_HEADER, "")
    if not hmac.compare_digest(sent.encode(), form_token(cookie).encode()):
        raise FormTokenMissing(f"Send the form token as {FORM_HEADER}.")


def is_cross_site(method: str, headers: Headers) -> bool:
    """Whether a browser says that another site caused this unsafe request; Sec-Fetch-Site first, else Origin."""
    if method in SAFE:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _capped(receive: Receive, headers: Headers) -> Receive:
    """``receive`` that gives no more than a body may have, whatever its head says of its length."""
    is_form = headers.get("content-type", "").startswith("multipart/form-data")
    left = LARGEST_FORM if is_form else LARGEST_BODY

    async def capped() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413, "The request is too large.")
        return message

    return capped


class Guard:
    """Refuses cross-site requests and adds the security headers to every answer, errors included."""

    def __init__(self, app: ASGIApp, policy: str = API_POLICY) -> None:
        self.app = app
        self.policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                heads = MutableHeaders(scope=message)
                heads.update(scope.get("state", {}).get("heads", {}))
                self._add_headers(heads)
            await send(message)

        headers = Headers(scope=scope)
        if is_cross_site(scope["method"], headers):
            await problem(CrossSite("This request came from another site."))(scope, receive, send_guarded)
            return
        try:
            await self.app(scope, _capped(receive, headers), send_guarded)
        except AWAY as error:
            if started:
                raise
            await away(scope["method"], scope["path"], error)(scope, receive, send_guarded)
        except Exception:
            if not started:
                await fault()(scope, receive, send_guarded)
            raise

    def _add_headers(self, headers: MutableHeaders) -> None:
        headers.setdefault("Content-Security-Policy", self.policy)
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cache-Control", "no-store")
