"""The portal's only way to data: the API's client, with the visitor's own session."""

from collections.abc import Callable, Mapping
from typing import Any

from api.client import Answer, Client, Credentials, Problem

__all__ = ["FORM_REFUSALS", "Answer", "Door", "File", "Json", "Problem", "Refusal"]

Json = dict[str, Any]
File = tuple[str, bytes]
FORM_REFUSALS = (409, 412, 422)


class Refusal(Problem):
    """What a form shows beside what was typed: it is taken, somebody else was faster, or something is not right."""


class Door:
    """The API as one visitor may use it; every call raises :class:`Problem` when the API refuses, :class:`Refusal` of
    what a form sent, in the words that ``tell`` finds for it. ``host`` and ``agent`` say at which address and with what
    browser the visitor is.
    """

    def __init__(
        self,
        client: Client,
        credentials: Credentials | None,
        caller: str | None = None,
        tell: Callable[[Problem], Problem] = lambda problem: problem,
        host: str | None = None,
        agent: str | None = None,
    ) -> None:
        self._client = client
        self._credentials = credentials
        self._caller = caller
        self._tell = tell
        self._host = host
        self._heads = {"User-Agent": agent} if agent else {}
        self._memory: dict[str, Any] = {}

    @property
    def signed_in(self) -> bool:
        """Whether the visitor brought a session; only the API knows whether it still counts."""
        return self._credentials is not None

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """Read."""
        return await self._call("GET", path, params=params)

    async def post(
        self, path: str, *, json: Mapping[str, object] | None = None, key: str = "", etag: str = ""
    ) -> Answer:
        """Make or act; ``key`` makes a repetition count once, ``etag`` names the version meant."""
        return await self._call("POST", path, json=json or {}, idempotency_key=key, if_match=etag)

    async def upload(
        self, path: str, data: Mapping[str, str], file: File | None = None, *, method: str = "POST", etag: str = ""
    ) -> Answer:
        """Send a form with a file (its name and bytes); ``PUT`` replaces what ``etag`` names."""
        files = {"file": file} if file is not None else None
        return await self._call(method, path, data=data, files=files, if_match=etag)

    async def patch(self, path: str, *, json: Mapping[str, object], etag: str) -> Answer:
        """Change the version that ``etag`` names."""
        return await self._call("PATCH", path, json=json, if_match=etag)

    async def put(self, path: str, *, json: Mapping[str, object], etag: str = "") -> Answer:
        """Replace as a whole; ``etag`` names the version meant."""
        return await self._call("PUT", path, json=json, if_match=etag)

    async def delete(self, path: str, *, etag: str = "") -> Answer:
        """Archive or delete."""
        return await self._call("DELETE", path, if_match=etag)

    async def _call(self, method: str, path: str, **options: Any) -> Answer:
        if method != "GET":
            self._memory.clear()  # who asks may be somebody else after it
        try:
            return await self._client.request(
                method,
                path,
                credentials=self._credentials,
                caller=self._caller,
                host=self._host,
                headers=self._heads,
                memory=self._memory,
                **options,
            )
        except Problem as problem:
            told = self._tell(problem)
            if told.status in FORM_REFUSALS:
                raise Refusal(told.status, told.code, told.detail, told.fields) from None
            raise told from None
