"""The sample's figures worked out from its rows alone: a second opinion that shares nothing with the pipeline."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Cells = dict[tuple[date, str | None], Decimal]
"""Month and currency to a figure; a count has no currency."""

_MONTHS_OF = {"month": Decimal(1), "quarter": Decimal(3), "year": Decimal(12)}


def last_day(month: date) -> date:
    """The last day of the month that begins on ``month``."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1) - timedelta(days=1)


def invoiced(invoices: Iterable[dict[str, Any]]) -> Cells:
    """Totals by month of issue."""
    found: Cells = defaultdict(Decimal)
    for row in invoices:
        found[row["issued_on"].replace(day=1), row["currency"]] += row["total"]
    return found


def collected(invoices: Iterable[dict[str, Any]], payments: Iterable[dict[str, Any]]) -> Cells:
    """Payments by the month in which they came in."""
    currency = {row["external_id"]: row["currency"] for row in invoices}
    found: Cells = defaultdict(Decimal)
    for row in payments:
        found[row["paid_on"].replace(day=1), currency[row["invoice"]]] += row["amount"]
    return found


def recurring(subscriptions: list[dict[str, Any]], months: list[date]) -> dict[str, Cells]:
    """MRR at each month's end, and what moved it since the month before, client by client."""
    found: dict[str, Cells] = defaultdict(lambda: defaultdict(Decimal))
    before: dict[tuple[str, str], Decimal] = {}
    known: set[tuple[str, str]] = set()
    for month in months:
        now = _on(subscriptions, last_day(month))
        for key in set(now) | set(before):
            was, is_now = before.get(key, Decimal(0)), now.get(key, Decimal(0))
            moved = _movement(was, is_now, returning=key in known)
            found["mrr"][month, key[1]] += is_now
            if moved:
                found[moved][month, key[1]] += abs(is_now - was)
        found["paying_clients"][month, None] = Decimal(len({client for (client, _), mrr in now.items() if mrr}))
        known |= {key for key, mrr in now.items() if mrr}
        before = now
    return found


def _on(subscriptions: list[dict[str, Any]], day: date) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in subscriptions:
        if (row["trial_ends_on"] or row["started_on"]) <= day and (not row["ended_on"] or day < row["ended_on"]):
            found[row["client"], row["currency"]] += Decimal(row["unit_price"]) / _MONTHS_OF[row["interval"]]
    return found


def _movement(was: Decimal, is_now: Decimal, *, returning: bool) -> str | None:
    if was == is_now:
        return None
    if was == 0:
        return "reactivation_mrr" if returning else "new_mrr"
    if is_now == 0:
        return "churned_mrr"
    return "expansion_mrr" if is_now > was else "contraction_mrr"
