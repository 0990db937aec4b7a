"""The console as a guarded ASGI application.

Streamlit alone would show a blank frame to a stranger and accept a websocket from any page of the machine. The guard in
front of it sends people without a session to sign-in, keeps the websocket to pages of its own origin, and sets the
security headers that Streamlit leaves out.
"""

from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.access import SESSION_COOKIE
from imisofts import settings as settings_module

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": "frame-ancestors 'none'; object-src 'none'; base-uri 'self'; form-action 'self'",
}


class Guard:
    """Redirects strangers to sign-in, refuses foreign websockets, adds headers."""

    def __init__(self, app: ASGIApp, *, portal_port: int) -> None:
        self.app = app
        self.portal_port = portal_port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not _same_origin(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "http" and _is_page(scope) and not HTTPConnection(scope).cookies.get(SESSION_COOKIE):
            await RedirectResponse(self._sign_in(scope), status_code=303)(scope, receive, send)
            return
        await self.app(scope, receive, _with_headers(send))

    def _sign_in(self, scope: Scope) -> str:
        here = HTTPConnection(scope).url
        return f"{here.scheme}://{here.hostname}:{self.portal_port}/sign-in?next={quote(str(here), safe='')}"


def _is_page(scope: Scope) -> bool:
    accepts = Headers(scope=scope).get("accept", "")
    return scope["method"] == "GET" and "text/html" in accepts


def _same_origin(headers: Headers) -> bool:
    return urlsplit(headers.get("origin", "")).netloc == headers.get("host")


def _with_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sender


_settings = settings_module.load()

app = st.App(
    Path(__file__).with_name("app.py"),
    middleware=[Middleware(Guard, portal_port=_settings.port_base)],
    routes=[Mount("/brand", StaticFiles(directory=_settings.assets_path, check_dir=False))],
)
