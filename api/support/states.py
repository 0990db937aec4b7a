"""How a ticket's state follows from its steps. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """Whose turn it is: ours, the client's, nobody's."""

    open = "open"
    waiting = "waiting"
    resolved = "resolved"


class Step(StrEnum):
    """What can happen to a ticket."""

    opened = "opened"
    answered = "answered"
    replied = "replied"
    noted = "noted"
    waiting = "waiting"
    resumed = "resumed"
    resolved = "resolved"
    reopened = "reopened"
    rated = "rated"


ENDS_WAITING = frozenset({Step.replied, Step.resumed, Step.resolved, Step.reopened})


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` until before ``end``; ``None`` has not ended."""

    start: datetime
    end: datetime | None


def waiting_spans(steps: Iterable[tuple[Step, datetime]]) -> list[Span]:
    """When we waited for the client, of steps in their order."""
    spans: list[Span] = []
    since: datetime | None = None
    for step, at in steps:
        if step is Step.waiting and since is None:
            since = at
        elif step in ENDS_WAITING and since is not None:
            spans.append(Span(since, at))
            since = None
    return [*spans, Span(since, None)] if since is not None else spans
