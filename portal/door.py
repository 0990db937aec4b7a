"""The portal's only way to data: the API's client, with the visitor's own session."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from api.client import Client, Credentials
from api.client import Problem as ApiProblem

Json = dict[str, Any]
File = tuple[str, bytes]


class Problem(Exception):
    """The API's answer when it refuses (RFC 9457), or our own in the same shape."""

    def __init__(self, status: int, code: str, detail: str, fields: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(detail or code)
        self.status = status
        self.code = code
        self.detail = detail
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Answer:
    """An API answer: parsed JSON, or bytes for a file, with the heads."""

    status: int
    body: Any
    headers: Mapping[str, str]
    content: bytes = b""
    cookies: tuple[str, ...] = ()

    @property
    def object(self) -> Json:
        """The body as one object."""
        return self.body if isinstance(self.body, dict) else {}

    @property
    def items(self) -> list[Json]:
        """The rows of a list answer, whether it comes page by page or whole."""
        return list(self.body if isinstance(self.body, list) else self.object.get("items", ()))

    @property
    def next_cursor(self) -> str | None:
        """Where the next page of a list begins."""
        return self.object.get("next_cursor")

    @property
    def etag(self) -> str:
        """The version to send back with an edit."""
        return self.headers.get("etag", "")


class Caller(Protocol):
    """How a request reaches the API: in process, over HTTP, or a stand-in of a test."""

    async def call(
        self,
        method: str,
        path: str,
        *,
        cookie: str | None,
        caller: str | None,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, File] | None = None,
    ) -> Answer:
        """The answer; :class:`Problem` when the API refuses."""
        ...


class ApiCaller:
    """Reaches the API through its own client."""

    def __init__(self, client: Client, cookie_name: str) -> None:
        self._client = client
        self._cookie_name = cookie_name

    async def call(
        self,
        method: str,
        path: str,
        *,
        cookie: str | None,
        caller: str | None,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, File] | None = None,
    ) -> Answer:
        """One call with the visitor's cookie; the API's cookies come back as heads, attributes and all."""
        credentials = Credentials(cookie=cookie, cookie_name=self._cookie_name) if cookie else None
        try:
            found = await self._client.request(
                method,
                path,
                credentials=credentials,
                params=params,
                json=json,
                headers=headers,
                caller=caller,
                data=data,
                files=files,
            )
        except ApiProblem as problem:
            raise Problem(problem.status, problem.code, problem.detail, tuple(problem.fields.items())) from problem
        heads = found.headers
        cookies = tuple(heads.get_list("set-cookie")) if hasattr(heads, "get_list") else ()
        return Answer(found.status, found.body, heads, found.content, cookies)


class Door:
    """The API as one visitor may use it."""

    def __init__(self, api: Caller, cookie: str | None, caller: str | None = None) -> None:
        self._api = api
        self._cookie = cookie
        self._caller = caller

    @property
    def signed_in(self) -> bool:
        """Whether the visitor brought a session; only the API knows whether it still counts."""
        return bool(self._cookie)

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """Read."""
        return await self._api.call("GET", path, cookie=self._cookie, caller=self._caller, params=params)

    async def post(
        self, path: str, *, json: Mapping[str, object] | None = None, key: str = "", etag: str = ""
    ) -> Answer:
        """Make or act; ``key`` makes a repetition count once, ``etag`` names the version meant."""
        heads = {name: value for name, value in (("Idempotency-Key", key), ("If-Match", etag)) if value}
        return await self._api.call(
            "POST", path, cookie=self._cookie, caller=self._caller, json=json or {}, headers=heads
        )

    async def upload(self, path: str, data: Mapping[str, str], file: File | None = None) -> Answer:
        """Send a form with a file (its name and bytes)."""
        files = {"file": file} if file is not None else None
        return await self._api.call("POST", path, cookie=self._cookie, caller=self._caller, data=data, files=files)

    async def patch(self, path: str, *, json: Mapping[str, object], etag: str) -> Answer:
        """Change the version that ``etag`` names."""
        heads = {"If-Match": etag}
        return await self._api.call("PATCH", path, cookie=self._cookie, caller=self._caller, json=json, headers=heads)

    async def put(self, path: str, *, json: Mapping[str, object]) -> Answer:
        """Replace as a whole."""
        return await self._api.call("PUT", path, cookie=self._cookie, caller=self._caller, json=json)

    async def delete(self, path: str, *, etag: str = "") -> Answer:
        """Archive or delete."""
        heads = {"If-Match": etag} if etag else {}
        return await self._api.call("DELETE", path, cookie=self._cookie, caller=self._caller, headers=heads)
