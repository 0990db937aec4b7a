"""Lost updates are refused: an edit names the version it edits."""

from typing import Annotated, Protocol, TypeVar

from fastapi import Header, Response

from api.kit.errors import PreconditionFailed, PreconditionRequired

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=100, description="The ETag of the row as you read it.", examples=['"1"']),
]
"""The If-Match header, as a route's parameter."""


def etag(version: int) -> str:
    """The ETag of a row in ``version``."""
    return f'"{version}"'


class Versioned(Protocol):
    """What is shown in a version; null where there is nothing yet."""

    @property
    def version(self) -> int | None: ...


Shown = TypeVar("Shown", bound=Versioned)


def tagged(response: Response, shown: Shown) -> Shown:
    """What is shown, its ETag on the response."""
    if shown.version is not None:
        response.headers["ETag"] = etag(shown.version)
    return shown


def require_match(if_match: str | None, version: int) -> None:
    """428 without If-Match, 412 when it names another version; ``*`` is no version."""
    if if_match is None:
        raise PreconditionRequired("Send the ETag you read as If-Match.")
    check_match(if_match, version)


def check_match(if_match: str | None, version: int) -> None:
    """412 when another version is named; for verbs that may be used without If-Match."""
    if if_match is not None and if_match.removeprefix("W/") != etag(version):
        raise PreconditionFailed("The row has changed since you read it; read it again.")
