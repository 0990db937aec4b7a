"""One request to an application in this process, without the machinery of a client for sockets.

Pages ask the API some times each; building, sending and reading such a request by the HTTP client took as long as what
the API does for it.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope

Heads = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Response:
    """What the application sent."""

    status: int = 500
    heads: Heads = field(default_factory=list)
    body: list[bytes] = field(default_factory=list)

    async def take(self, message: Message) -> None:
        """What the application sends, piece by piece."""
        if message["type"] == "http.response.start":
            self.status, self.heads = message["status"], list(message.get("headers", []))
        elif message["type"] == "http.response.body":
            self.body.append(message.get("body", b""))

    @property
    def content(self) -> bytes:
        """The whole body."""
        return b"".join(self.body)


def _sending(body: bytes) -> Receive:
    """The request's body in one piece; after it the caller stays until it is answered."""
    left = [body]

    async def receive() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    return receive


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _query(params: Any) -> str:
    """Parameters as an address carries them: truth in lower case, nothing as an empty text, lists value by value."""
    pairs = params.items() if isinstance(params, Mapping) else params
    words = {True: "true", False: "false", None: ""}

    def text(value: Any) -> Any:
        return words[value] if value is None or isinstance(value, bool) else value

    return urlencode([(name, text(value)) for name, value in pairs], doseq=True)


class Direct:
    """Requests to ``app``, as if they came to ``base_url``; ``raise_faults`` lets its exceptions through."""

    def __init__(self, app: ASGIApp, base_url: str, heads: Iterable[tuple[bytes, bytes]], raise_faults: bool) -> None:
        parts = urlsplit(base_url)
        self._app = app
        self._scheme = parts.scheme
        self._host = parts.netloc
        self._heads = [(name.lower(), value) for name, value in heads]
        self._raise_faults = raise_faults

    async def request(
        self,
        method: str,
        path: str,
        *,
        caller: str,
        headers: Mapping[str, str],
        params: Any = None,
        content: Any = None,
        memory: dict[str, Any] | None = None,
    ) -> Response:
        """One request; ``content`` is sent as JSON unless it is None. ``memory`` reaches the application as the
        request's state, where nobody outside can put anything.
        """
        body = b"" if content is None else _json(content)
        given = {"host": self._host, **{name.lower(): value for name, value in headers.items()}}
        if body:
            given |= {"content-type": "application/json", "content-length": str(len(body))}
        named = {name.encode("latin-1"): value.encode("latin-1") for name, value in given.items()}
        scope = self._scope(method, path, params, caller)
        scope["headers"] = [*((name, value) for name, value in self._heads if name not in named), *named.items()]
        scope["state"] = {} if memory is None else {"memory": memory}
        answer = Response()
        try:
            await self._app(scope, _sending(body), answer.take)
        except Exception:
            if self._raise_faults:
                raise
        return answer

    def _scope(self, method: str, path: str, params: Any, caller: str) -> Scope:
        plain, _, query = path.partition("?")
        asked = _query(params) if params else query
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": self._scheme,
            "path": unquote(plain),
            "raw_path": quote(plain, safe="/%:@!$&'()*+,;=~").encode(),
            "query_string": quote(asked, safe="/%:@!$&'()*+,;=~?").encode(),
            "root_path": "",
            "server": (self._host.partition(":")[0], None),
            "client": (caller, 0),
        }
