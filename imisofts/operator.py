"""The operator's way to the API from the command line: in process, with a credential that lives for minutes.

A bad answer becomes one clear line, so that commands need no handling of their own.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from pydantic import ValidationError

from api.client import Answer, Client, Credentials, Problem
from imisofts.access import Actor, Role, actor_of_role
from imisofts.errors import OperatorError
from imisofts.settings import Settings

Progress = Callable[[int, int], None]
_POLL_SECONDS = 0.25


def _silent(_done: int, _total: int) -> None:
    """Nobody watches."""


class Api:
    """The API of one installation as its operator, in one workspace. A context manager with its own event loop."""

    def __init__(self, settings: Settings, workspace: str) -> None:
        self._settings, self._workspace = settings, workspace
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._client: Client | None = None

    def __enter__(self) -> "Api":
        self._runner.run(self._open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._runner.run(self._stack.aclose())
        finally:
            self._runner.close()

    def call(self, method: str, path: str, *, signed: bool = True, fresh: bool = False, **options: Any) -> Any:
        """The decoded answer; ``fresh`` reads the row's present version first and sends it along."""
        if fresh:
            options["if_match"] = self._runner.run(self._request("GET", path)).etag
        return self._runner.run(self._request(method, path, signed=signed, **options)).body

    def client_id(self, wanted: str) -> UUID:
        """The client with this external id or id."""
        found = self.call("GET", "/v1/clients", params={"external_id": wanted, "limit": "1"})["items"]
        if found:
            return UUID(found[0]["id"])
        try:
            return UUID(wanted)
        except ValueError as error:
            raise OperatorError(f"There is no client “{wanted}” in {self._workspace}.") from error

    def content(self, path: str) -> bytes:
        """A file's bytes."""
        return self._runner.run(self._request("GET", path)).content

    def upload(
        self,
        kind: str,
        name: str,
        content: bytes,
        options: Mapping[str, Any],
        *,
        dry_run: bool = False,
        progress: Progress = _silent,
    ) -> dict[str, Any]:
        """Import one file and wait for its end, telling ``progress(done, total)`` meanwhile."""
        return self._runner.run(self._upload(kind, name, content, options, dry_run, progress))

    async def _open(self) -> None:
        from api import app as api_app  # late: half a second that `--help` need not wait for

        app = api_app.create(self._settings)
        await self._stack.enter_async_context(app.router.lifespan_context(app))
        self._client = Client.in_process(app)
        self._stack.push_async_callback(self._client.close)

    async def _upload(
        self, kind: str, name: str, content: bytes, options: Mapping[str, Any], dry_run: bool, progress: Progress
    ) -> dict[str, Any]:
        data = {"kind": kind, "options": json.dumps(options), "dry_run": str(dry_run).lower()}
        files = {"file": (Path(name).name, content, "text/csv")}
        run: dict[str, Any] = (await self._request("POST", "/v1/imports", data=data, files=files)).body
        while run.get("status") in ("queued", "running"):
            progress(int(run.get("done_rows") or 0), int(run.get("total_rows") or 0))
            await asyncio.sleep(_POLL_SECONDS)
            run = (await self._request("GET", f"/v1/imports/{run['id']}")).body
        progress(int(run.get("done_rows") or 0), int(run.get("total_rows") or 0))
        return run

    async def _request(self, method: str, path: str, *, signed: bool = True, **options: Any) -> Answer:
        assert self._client is not None, "Api is a context manager"
        try:
            return await self._client.request(
                method, path, credentials=self._credentials() if signed else None, **options
            )
        except Problem as problem:
            raise OperatorError(_refusal(problem)) from problem

    def _credentials(self) -> Credentials:
        from api.identity import operator

        return Credentials(bearer=operator.token(self._settings, self._workspace))


def _refusal(problem: Problem) -> str:
    """The API's problem as one line: what, and which field."""
    text = problem.detail or problem.code
    fields = "; ".join(f"{name}: {message}" for name, message in problem.fields.items())
    return f"{text} ({fields})" if fields else text


def actor(settings: Settings, workspace: str) -> Actor:
    """The operator as an owner of one workspace, for questions that go to the gateway directly."""
    return actor_of_role(asyncio.run(_workspace_id(settings, workspace)), Role.owner, kind="operator")


async def _workspace_id(settings: Settings, slug: str) -> UUID:
    from api.identity import repository
    from api.kit.database import Database

    database = Database(settings.app_database_url, pool_size=1)
    try:
        async with database.begin(None) as session:
            found = await repository.workspace_by_slug(session, slug)
    finally:
        await database.close()
    if found is None:
        raise OperatorError(f"There is no workspace “{slug}”.")
    return found


@contextmanager
def refusals() -> Iterator[None]:
    """Turns what the API's own functions refuse into one line."""
    from api.kit.errors import ApiError

    try:
        yield
    except ApiError as error:
        raise OperatorError(error.detail) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise OperatorError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from error


def link_token(link: str) -> str:
    """The secret inside a one-time link."""
    parts = urlsplit(link)
    for text in (parts.query, parts.fragment):
        if found := parse_qs(text).get("token"):
            return found[0]
    return parts.path.rstrip("/").rsplit("/", 1)[-1]
