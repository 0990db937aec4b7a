"""Which refusals of the API a form shows beside what was typed, and in which words."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from portal.door import Problem
from portal.language import gettext as _

FORM_REFUSALS = (409, 412, 422)


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


def edit_words(problem: Problem) -> str:
    """Why an edit was refused, in words."""
    if problem.status == 412:
        return _(
            "Somebody else changed this while you were editing. Your entries are still here: save again to overwrite."
        )
    return problem.detail
