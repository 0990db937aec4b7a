"""Where an invoice stands, and which moves are legal.

``draft → issued → partly_paid → paid``; an issued invoice without payments or credits may become ``void``. Money
decides between the three middle states, so a refund moves a paid invoice back. A draft is
deleted, not voided: nobody saw it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Status(StrEnum):
    """An invoice's state."""

    draft = "draft"
    issued = "issued"
    partly_paid = "partly_paid"
    paid = "paid"
    void = "void"


#: States in which an invoice is a document that the client sees and that takes payments.
OPEN_TO_MONEY = frozenset({Status.issued, Status.partly_paid, Status.paid})

MOVES: dict[Status, frozenset[Status]] = {
    Status.draft: frozenset({Status.issued}),
    Status.issued: frozenset({Status.partly_paid, Status.paid, Status.void}),
    Status.partly_paid: frozenset({Status.issued, Status.paid}),
    Status.paid: frozenset({Status.issued, Status.partly_paid}),
    Status.void: frozenset(),
}


def can_move(now: Status, then: Status) -> bool:
    """Whether an invoice may go from ``now`` to ``then``."""
    return then in MOVES[now]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What payments and credits have made of an issued invoice."""

    status: Status
    settled_on: date | None


def settle(total_minor: int, issued_on: date, movements: Iterable[tuple[date, int]]) -> Settlement:
    """State and settlement date of an issued invoice from its dated payments, refunds (negative) and credits.

    Settled on the first day from which the sum covers the total and stays so: a refund opens the invoice again, and the
    payment that closes it later gives the new date. Money that came before the issue settles on the issue date. A total
    of zero has nothing to wait for and is settled when issued.
    """
    by_day: dict[date, int] = {}
    for day, amount in movements:
        effective = max(day, issued_on)
        by_day[effective] = by_day.get(effective, 0) + amount
    covered = 0
    settled_on = issued_on if total_minor <= 0 else None
    for day in sorted(by_day):
        covered += by_day[day]
        if covered < total_minor:
            settled_on = None
        elif settled_on is None:
            settled_on = day
    if settled_on is not None:
        return Settlement(Status.paid, settled_on)
    return Settlement(Status.partly_paid if covered > 0 else Status.issued, None)
