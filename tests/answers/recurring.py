"""Recurring revenue worked out from the subscriptions' rows alone, client by client and month by month."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from tests.answers.cells import Cells, Row, before, last_day, share
from tests.answers.money import Ledger

_MONTHS_OF = {"month": Decimal(1), "quarter": Decimal(3), "year": Decimal(12)}
MOVEMENTS = ("new_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "reactivation_mrr")
Standing = dict[tuple[str, str], Decimal]
"""What each client pays in each currency."""


def answers(subscriptions: list[Row], ledger: Ledger, rates: list[Row], months: list[date]) -> dict[str, Cells]:
    """Every figure of recurring revenue for every month."""
    earlier = [before(months[0], number) for number in range(12, 0, -1)]
    at_end = {month: standing(subscriptions, last_day(month)) for month in [*earlier, *months]}
    found = _movements(at_end, months)
    for month in months:
        _levels(found, month, at_end, ledger)
        _rates(found, month, at_end)
        found["mrr in EUR"][month, "EUR"] = sum(
            (mrr * _rate(rates, currency, last_day(month)) for (_, currency), mrr in at_end[month].items()), Decimal(0)
        )
    return found


def standing(subscriptions: list[Row], day: date) -> Standing:
    """MRR after a day; a trial is none, and an end is the first day without it."""
    found: Standing = defaultdict(Decimal)
    for row in subscriptions:
        if (row["trial_ends_on"] or row["started_on"]) <= day and (not row["ended_on"] or day < row["ended_on"]):
            found[row["client"], row["currency"]] += Decimal(row["unit_price"]) / _MONTHS_OF[row["interval"]]
    return found


def _movements(at_end: dict[date, Standing], months: list[date]) -> dict[str, Cells]:
    found: dict[str, Cells] = defaultdict(lambda: defaultdict(Decimal))
    known: set[tuple[str, str]] = set()
    for month in months:
        was_all, now_all = at_end[before(month, 1)], at_end[month]
        for key in set(now_all) | set(was_all):
            was, now = was_all.get(key, Decimal(0)), now_all.get(key, Decimal(0))
            moved = _movement(was, now, returning=key in known)
            if moved:
                found[moved][month, key[1]] = (found[moved][month, key[1]] or Decimal(0)) + abs(now - was)
        known |= set(now_all)
    return found


def _movement(was: Decimal, now: Decimal, *, returning: bool) -> str | None:
    if was == now:
        return None
    if was == 0:
        return "reactivation_mrr" if returning else "new_mrr"
    if now == 0:
        return "churned_mrr"
    return "expansion_mrr" if now > was else "contraction_mrr"


def _levels(found: dict[str, Cells], month: date, at_end: dict[date, Standing], ledger: Ledger) -> None:
    now = at_end[month]
    late = ledger.owing(last_day(month))
    found["paying_clients"][month, None] = Decimal(len({client for client, _ in now}))
    for currency in ("EUR", "GBP", "USD"):
        of_currency = {client: mrr for (client, code), mrr in now.items() if code == currency}
        mrr = sum(of_currency.values(), Decimal(0))
        found["mrr"][month, currency] = found["contract_mrr"][month, currency] = mrr
        found["arpa"][month, currency] = share(mrr, len(of_currency))
        at_risk = sum((mrr for client, mrr in of_currency.items() if client in late), Decimal(0))
        found["at_risk_mrr"][month, currency] = at_risk
        churn = _mean_churn(at_end, month, currency)
        found["logo_churn_6"][month, currency] = churn
        arpa = found["arpa"][month, currency]
        found["ltv"][month, currency] = arpa / churn if churn and arpa is not None else None


def _mean_churn(at_end: dict[date, Standing], month: date, currency: str) -> Decimal | None:
    """Of the six complete months before; nothing unless each began with clients."""
    rates: list[Decimal] = []
    for number in range(1, 7):
        then, start = before(month, number), before(month, number + 1)
        if start not in at_end:
            return None
        at_start = {client for client, code in at_end[start] if code == currency}
        left = at_start - {client for client, code in at_end[then] if code == currency}
        rate = share(len(left), len(at_start))
        if rate is None:
            return None
        rates.append(rate)
    return sum(rates, Decimal(0)) / 6


def _rates(found: dict[str, Cells], month: date, at_end: dict[date, Standing]) -> None:
    now, start, year_ago = at_end[month], at_end[before(month, 1)], at_end[before(month, 12)]
    at_start, left = {client for client, _ in start}, {client for client, _ in now}
    found["logo_churn"][month, None] = share(len(at_start - left), len(at_start))
    for currency in ("EUR", "GBP", "USD"):
        then = {client: mrr for (client, code), mrr in year_ago.items() if code == currency}
        kept = {client: now.get((client, currency), Decimal(0)) for client in then}
        was = sum(then.values(), Decimal(0))
        found["nrr_12"][month, currency] = share(sum(kept.values(), Decimal(0)), was)
        found["grr_12"][month, currency] = share(sum((min(then[one], kept[one]) for one in then), Decimal(0)), was)
        new, more, less, lost, back = (found[name][month, currency] or Decimal(0) for name in MOVEMENTS)
        found["net_new_mrr"][month, currency] = new + more + back - lost - less
        opening = sum((mrr for (_, code), mrr in start.items() if code == currency), Decimal(0))
        found["gross_mrr_churn"][month, currency] = share(lost + less, opening)
        found["net_mrr_churn"][month, currency] = share(lost + less - more - back, opening)
        found["quick_ratio"][month, currency] = share(new + more + back, lost + less)


def _rate(rates: list[Row], currency: str, day: date) -> Decimal:
    if currency == "EUR":
        return Decimal(1)
    known = [row for row in rates if row["from"] == currency and row["date"] <= day]
    return Decimal(max(known, key=lambda row: row["date"])["rate"])
