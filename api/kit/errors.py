"""One error base, one handler, one shape: RFC 9457 ``application/problem+json``."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Field:
    """What is wrong with one field; ``name`` as the caller wrote it (``lines.0.quantity``)."""

    name: str
    message: str


class ApiError(Exception):
    """An answer that is not success. Domain errors subclass one of the kinds below and set their own ``code``."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "The request cannot be answered"
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, detail: str, *, fields: Sequence[Field | tuple[str, str]] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = tuple(f if isinstance(f, Field) else Field(*f) for f in fields)


class Unauthenticated(ApiError):
    """Nobody is signed in."""

    status, code, title = 401, "unauthenticated", "Sign in first"


class Forbidden(ApiError):
    """Seen, but not allowed."""

    status, code, title = 403, "forbidden", "Not allowed"


class NotFound(ApiError):
    """Unknown, or not visible to the one who asks: both answer alike."""

    status, code, title = 404, "not_found", "Not found"

    def __init__(self, detail: str = "There is nothing here.", *, fields: Sequence[Field | tuple[str, str]] = ()):
        super().__init__(detail, fields=fields)


class Conflict(ApiError):
    """Well-formed, but at odds with the present state."""

    status, code, title = 409, "conflict", "In conflict with the present state"


class PreconditionFailed(ApiError):
    """Somebody else changed the row in between."""

    status, code, title = 412, "precondition_failed", "Changed by somebody else in between"


class Malformed(ApiError):
    """The request's content is wrong; ``fields`` says where."""

    status, code, title = 422, "malformed", "The request is malformed"


class PreconditionRequired(ApiError):
    """An edit must say which version it edits."""

    status, code, title = 428, "precondition_required", "If-Match is required"


class TooMany(ApiError):
    """The caller asks too often."""

    status, code, title = 429, "too_many_requests", "Too many requests"

    def __init__(self, detail: str, *, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        """Seconds until the next request would be let through."""


class Unavailable(ApiError):
    """The database cannot be reached, or has too much to do: nothing is wrong with the request."""

    status, code, title = 503, "unavailable", "Not available for the moment"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "5"}

    def __init__(self) -> None:
        super().__init__(
            "The database does not answer at the moment. Ask again shortly, with the same Idempotency-Key."
        )


class ProblemField(BaseModel):
    """One field's trouble."""

    name: str
    message: str


class Problem(BaseModel):
    """The body of every answer that is not success."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    fields: list[ProblemField]


def problem(error: ApiError) -> JSONResponse:
    """The answer for ``error``."""
    wait = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
    return _answer(error.status, error.code, error.title, error.detail, error.fields, {**error.headers, **wait})


def fault() -> JSONResponse:
    """The answer where the program failed: nothing of its insides."""
    return _answer(500, "internal", "Something went wrong", "The fault is ours and has been logged.")


def _answer(
    status: int, code: str, title: str, detail: str, fields: Sequence[Field] = (), headers: Any = None
) -> JSONResponse:
    body = Problem(
        type=f"urn:imisofts:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        fields=[ProblemField(name=f.name, message=f.message) for f in fields],
    )
    return JSONResponse(body.model_dump(), status, headers=headers, media_type=MEDIA_TYPE)


_PLACES = {"body", "query", "path", "header", "cookie"}


def _field(error: dict[str, Any]) -> Field:
    where = [str(part) for part in error["loc"] if part not in _PLACES]
    return Field(".".join(where) or str(error["loc"][0]), error["msg"])


async def _on_api_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return problem(error)


async def _on_validation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return problem(Malformed("Some values are wrong.", fields=[_field(e) for e in error.errors()]))


def _methods(request: Request) -> str:
    """All methods of the path asked for, by the app's own document: a router answers with those of the first route.

    A path that is spelt out there is no other's parameter.
    """
    documented, path = request.app.openapi()["paths"], request.scope["path"]
    templates = [path] if path in documented else [one for one in documented if compile_path(one)[0].match(path)]
    return ", ".join(sorted({method.upper() for template in templates for method in documented[template]}))


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return problem(NotFound())
    if error.status_code == 405:
        error.headers = {**(error.headers or {}), "Allow": _methods(request)}
    code = {405: "method_not_allowed", 413: "too_large"}.get(error.status_code, "bad_request")
    return _answer(error.status_code, code, str(error.detail), str(error.detail), headers=error.headers)


async def _on_data(_: Request, error: Exception) -> JSONResponse:
    return problem(Malformed("A value does not fit where it is kept."))


async def _on_integrity(_: Request, error: Exception) -> JSONResponse:
    """A key taken by a concurrent request; anything else is our own fault and stays a 500."""
    assert isinstance(error, IntegrityError)
    if getattr(error.orig, "sqlstate", "") in {"23505", "23503"}:
        return problem(Conflict("Another change got there first."))
    raise error


AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""What the driver and the pool raise while the database is away or has too much to do."""


def away(method: str, path: str, error: Exception) -> JSONResponse:
    """The answer while the database is away; one line of log, for where it was asked from says nothing of that."""
    reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    log.warning("%s %s: the database does not answer: %s", method, path, reason)
    return problem(Unavailable())


async def _on_away(request: Request, error: Exception) -> JSONResponse:
    return away(request.method, request.url.path, error)


async def _on_anything(_: Request, error: Exception) -> JSONResponse:
    return fault()


def install(app: FastAPI) -> None:
    """Give every failure of ``app`` the one shape."""
    app.add_exception_handler(ApiError, _on_api_error)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(DataError, _on_data)
    app.add_exception_handler(IntegrityError, _on_integrity)
    for kind in AWAY:
        app.add_exception_handler(kind, _on_away)
    app.add_exception_handler(Exception, _on_anything)


_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
ANY_PROBLEM = {"description": "A problem", "content": _CONTENT}
"""``default`` of every route in the OpenAPI document."""


def documented(*kinds: type[ApiError]) -> dict[int | str, dict[str, Any]]:
    """``responses=`` of a route that may answer with ``kinds``, for the OpenAPI document."""
    return {kind.status: {"description": kind.title, "content": _CONTENT} for kind in kinds}
