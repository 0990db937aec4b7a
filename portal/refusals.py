"""What becomes of an act that the API refuses, and in which words it is told."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from portal.door import FORM_REFUSALS, Problem


class TurnedBack(Exception):
    """An act was refused for ``reason``: its sender goes back to the page at ``to``, and reads it there."""

    def __init__(self, to: str, reason: str) -> None:
        super().__init__(reason)
        self.to = to


@contextmanager
def or_back(to: str, also: Collection[int] = ()) -> Iterator[None]:
    """Around an act that has no form of its own: what the API refuses of it, and ``also`` other answers, lead back."""
    try:
        yield
    except Problem as problem:
        if problem.status not in {*FORM_REFUSALS, *also}:
            raise
        raise TurnedBack(to, problem.detail) from problem
