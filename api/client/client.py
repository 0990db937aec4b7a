"""One client, two transports. It keeps no cookie: each call carries the credentials of whoever it is made for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self

import httpx2
from starlette.types import ASGIApp

from api.kit.security import COOKIE, FORM_HEADER, form_token

BASE = "http://api.internal"
TIMEOUT_SECONDS = 120.0
Params = Mapping[str, str | int | Sequence[str] | None]


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """On whose behalf a call is made: a browser's session cookie, or a bearer token. Neither: nobody's."""

    cookie: str | None = None
    bearer: str | None = None


class Problem(Exception):
    """An answer that is not success. ``fields`` are (name, message) pairs as the caller named them."""

    def __init__(self, status: int, code: str, detail: str, fields: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(detail or code)
        self.status = status
        self.code = code
        self.detail = detail
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: ``body`` is the parsed JSON, or None for a file, whose bytes are ``content``."""

    status: int
    body: Any
    headers: Mapping[str, str]
    content: bytes


class Client:
    """Calls the API. Paths are whole (``/v1/clients``); anything but success raises :class:`Problem`."""

    def __init__(self, transport: httpx2.AsyncBaseTransport | None, base_url: str, cookie_name: str = COOKIE) -> None:
        # A shared jar would send one visitor's cookie for the next.
        jar = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        self._http = httpx2.AsyncClient(
            transport=transport, base_url=base_url, cookies=jar, timeout=TIMEOUT_SECONDS, trust_env=False
        )
        self._cookie_name = cookie_name

    @classmethod
    def in_process(cls, app: ASGIApp, cookie_name: str = COOKIE) -> Self:
        """A client of ``app`` in this process: no socket, a quarter of a millisecond a call."""
        return cls(httpx2.ASGITransport(app=app, raise_app_exceptions=False), BASE, cookie_name)

    @classmethod
    def http(cls, url: str, cookie_name: str = COOKIE) -> Self:
        """A client of the API at ``url``."""
        return cls(None, url, cookie_name)

    async def get(
        self,
        path: str,
        *,
        credentials: Credentials | None = None,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Read."""
        return await self.send("GET", path, credentials=credentials, params=params, headers=headers)

    async def post(
        self,
        path: str,
        *,
        credentials: Credentials | None = None,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Create or act; ``files`` makes it a multipart form together with ``data``."""
        return await self.send(
            "POST", path, credentials=credentials, json=json, data=data, files=files, headers=headers
        )

    async def patch(
        self, path: str, *, credentials: Credentials | None = None, json: Any, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Change; give ``If-Match`` in ``headers``."""
        return await self.send("PATCH", path, credentials=credentials, json=json, headers=headers)

    async def delete(
        self, path: str, *, credentials: Credentials | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Remove or archive."""
        return await self.send("DELETE", path, credentials=credentials, headers=headers)

    async def send(
        self,
        method: str,
        path: str,
        *,
        credentials: Credentials | None = None,
        params: Params | None = None,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One call; ``OSError`` where nobody answers."""
        asked = {name: value for name, value in (params or {}).items() if value is not None}
        try:
            response = await self._http.request(
                method,
                path,
                params=asked or None,
                json=json,
                data=data,
                files=files,
                headers={**self._heads(credentials), **(headers or {})},
            )
        except httpx2.TransportError as error:
            raise ConnectionError(f"the API does not answer: {error}") from error
        if response.is_success:
            return Answer(response.status_code, _body(response), response.headers, response.content)
        raise _problem(response)

    def _heads(self, credentials: Credentials | None) -> dict[str, str]:
        if credentials is None:
            return {}
        if credentials.bearer:
            return {"Authorization": f"Bearer {credentials.bearer}"}
        if credentials.cookie:
            return {"Cookie": f"{self._cookie_name}={credentials.cookie}", FORM_HEADER: form_token(credentials.cookie)}
        return {}

    async def close(self) -> None:
        """Return the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _body(response: httpx2.Response) -> Any:
    is_json = response.headers.get("content-type", "").startswith("application/json")
    return response.json() if is_json and response.content else None


def _problem(response: httpx2.Response) -> Problem:
    try:
        body = response.json()
        fields = tuple((str(field["name"]), str(field["message"])) for field in body.get("fields", ()))
        return Problem(response.status_code, str(body["code"]), str(body["detail"]), fields)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Problem(response.status_code, "unreadable", f"The API answered {response.status_code}.")
