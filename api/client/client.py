"""A typed client. Credentials belong to a call, never to the client: no cookie of one user reaches the next."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from http.cookies import SimpleCookie
from json import loads as json_loads
from typing import Any

import httpx2
from starlette.types import ASGIApp, Receive, Scope, Send

from api.client.direct import Direct, Response
from api.kit.security import COOKIE, FORM_HEADER, form_token

_UNVERSIONED = ("/health", "/openapi.json")
_caller: ContextVar[str] = ContextVar("caller", default="127.0.0.1")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks: the value of the session cookie, or a bearer token."""

    cookie: str | None = field(default=None, repr=False)
    bearer: str | None = field(default=None, repr=False)
    cookie_name: str = COOKIE

    @property
    def form_token(self) -> str | None:
        """What a page's form carries to show that it is ours."""
        return form_token(self.cookie) if self.cookie else None

    def headers(self) -> dict[str, str]:
        """The request headers that show these credentials."""
        if self.bearer:
            return {"Authorization": f"Bearer {self.bearer}"}
        if self.cookie:
            return {"Cookie": f"{self.cookie_name}={self.cookie}", FORM_HEADER: form_token(self.cookie)}
        return {}


class Problem(Exception):
    """The API's refusal (RFC 9457); ``fields`` maps a field's name to what is wrong with it."""

    def __init__(self, status: int, code: str, detail: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.fields = dict(fields or {})


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer. ``body`` is the decoded JSON, None without a body; ``content`` the bytes as they came."""

    status: int
    body: Any
    content: bytes
    headers: httpx2.Headers
    cookies: Mapping[str, str]

    @property
    def object(self) -> dict[str, Any]:
        """The body as one object; empty where it is none."""
        return self.body if isinstance(self.body, dict) else {}

    @property
    def items(self) -> list[dict[str, Any]]:
        """The rows of a list, whether it comes page by page or whole."""
        return list(self.body if isinstance(self.body, list) else self.object.get("items", ()))

    @property
    def next_cursor(self) -> str | None:
        """Where the next page of a list begins."""
        return self.object.get("next_cursor")

    @property
    def etag(self) -> str:
        """The version to send as If-Match; empty where the answer has none."""
        return self.headers.get("etag", "")

    @property
    def set_cookies(self) -> list[str]:
        """The heads that set cookies, attributes and all, for a page that hands them on to its browser."""
        return self.headers.get_list("set-cookie")


class Client:
    """Calls one API. Paths start at the root: ``/v1/clients``; ``/clients`` is read as the same."""

    def __init__(
        self,
        transport: httpx2.AsyncBaseTransport | None,
        base_url: str,
        timeout: float = 60,
        *,
        here: ASGIApp | None = None,
        raise_faults: bool = False,
    ) -> None:
        jar = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        self._http = httpx2.AsyncClient(
            transport=transport, base_url=base_url, cookies=jar, timeout=timeout, trust_env=False
        )
        self._direct = Direct(here, base_url, self._http.headers.raw, raise_faults) if here else None

    @classmethod
    def in_process(
        cls, app: ASGIApp, base_url: str = "http://imisofts.localhost", *, raise_faults: bool = False
    ) -> "Client":
        """A client of an application in this process: no socket.

        With ``raise_faults`` a fault of the program is raised here instead of answered with 500: for tests.
        """
        transport = httpx2.ASGITransport(_with_caller(app), raise_app_exceptions=raise_faults)
        return cls(transport, base_url, here=app, raise_faults=raise_faults)

    @classmethod
    def http(cls, url: str) -> "Client":
        """A client of an API elsewhere."""
        return cls(None, url)

    async def close(self) -> None:
        """Return connections."""
        await self._http.aclose()

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def get(self, path: str, *, credentials: Credentials | None = None, **options: Any) -> Answer:
        """GET; see :meth:`request`."""
        return await self.request("GET", path, credentials=credentials, **options)

    async def post(self, path: str, *, credentials: Credentials | None = None, **options: Any) -> Answer:
        """POST; see :meth:`request`."""
        return await self.request("POST", path, credentials=credentials, **options)

    async def patch(self, path: str, *, credentials: Credentials | None = None, **options: Any) -> Answer:
        """PATCH; see :meth:`request`."""
        return await self.request("PATCH", path, credentials=credentials, **options)

    async def delete(self, path: str, *, credentials: Credentials | None = None, **options: Any) -> Answer:
        """DELETE; see :meth:`request`."""
        return await self.request("DELETE", path, credentials=credentials, **options)

    async def request(
        self,
        method: str,
        path: str,
        *,
        credentials: Credentials | None = None,
        json: Any = None,
        params: Any = None,
        data: Any = None,
        files: Any = None,
        headers: Mapping[str, str] | None = None,
        if_match: str | None = None,
        idempotency_key: str | None = None,
        caller: str | None = None,
        host: str | None = None,
        memory: dict[str, Any] | None = None,
    ) -> Answer:
        """One call; raises :class:`Problem` unless it succeeds.

        ``caller`` is the address of the browser on whose behalf an in-process page asks, for rate limits; ``host`` the
        name under which the browser asked for that page. ``memory`` is what an API in this process may keep from one
        call of a page to its next, all of them with the same credentials, caller and host.
        """
        sent = {**(credentials.headers() if credentials else {}), **(headers or {})}
        if host:
            sent["Host"] = host
        if if_match:
            sent["If-Match"] = if_match
        if idempotency_key:
            sent["Idempotency-Key"] = idempotency_key
        full = path if path.startswith("/v1/") or path in _UNVERSIONED else f"/v1{path}"
        if self._direct is not None and data is None and files is None:
            who = caller or _caller.get()
            return _answer(
                await self._direct.request(
                    method, full, caller=who, headers=sent, params=params, content=json, memory=memory
                )
            )
        marked = _caller.set(caller) if caller else None
        try:
            response = await self._http.request(
                method, full, json=json, params=params, data=data, files=files, headers=sent
            )
        finally:
            if marked is not None:
                _caller.reset(marked)
        return _answer(_of_http(response))


def _with_caller(app: ASGIApp) -> ASGIApp:
    """The application, told the real address at the other end; no header can say so from outside."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "client": (_caller.get(), 0)}, receive, send)

    return call


def _of_http(response: httpx2.Response) -> Response:
    return Response(response.status_code, response.headers.raw, [response.content])


def _answer(response: Response) -> Answer:
    """The answer, or the :class:`Problem` that it tells of."""
    headers, content = httpx2.Headers(response.heads), response.content
    data = json_loads(content) if content and "json" in headers.get("content-type", "") else None
    if response.status >= 400:
        found = data if isinstance(data, dict) else {}
        fields = {f["name"]: f["message"] for f in found.get("fields", [])}
        detail = found.get("detail", content.decode(errors="replace"))
        raise Problem(response.status, found.get("code", "unknown"), detail, fields)
    return Answer(response.status, data, content, headers, _cookies(headers.get_list("set-cookie")))


def _cookies(heads: list[str]) -> dict[str, str]:
    """The cookies that are set, by name; the client itself keeps none."""
    found: SimpleCookie = SimpleCookie()
    for head in heads:
        found.load(head)
    return {name: cookie.value for name, cookie in found.items()}
