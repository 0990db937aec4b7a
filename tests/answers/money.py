"""Invoices, payments and credit notes worked out from the rows alone: a second opinion that knows no pipeline."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from tests.answers.cells import Cells, Row, last_day, month_of, share

NONE = Decimal(0)
CENT = Decimal("0.01")


class Ledger:
    """Every invoice with what covered it, in the order of the days."""

    def __init__(self, invoices: list[Row], payments: Iterable[Row], credit_notes: Iterable[Row]) -> None:
        self.invoices = invoices
        self.payments, self.credit_notes = list(payments), list(credit_notes)
        self.currency = {row["external_id"]: row["currency"] for row in invoices}
        self._covers: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for row in self.payments:
            self._covers[row["invoice"]].append((row["paid_on"], row["amount"]))
        for row in self.credit_notes:
            self._covers[row["invoice"]].append((row["issued_on"], row["amount"]))
        for covers in self._covers.values():
            covers.sort()

    def owed(self, invoice: Row, day: date) -> Decimal:
        """What is open of an invoice after a day; a surplus is not set off."""
        if invoice["issued_on"] > day:
            return NONE
        covered = sum((amount for on, amount in self._covers[invoice["external_id"]] if on <= day), NONE)
        return Decimal(max(invoice["total"] - covered, NONE))

    def settled(self, invoice: Row) -> date | None:
        """The day since which it owes nothing."""
        covered, since = NONE, None
        for on, amount in self._covers[invoice["external_id"]]:
            covered += amount
            since = (since or max(on, invoice["issued_on"])) if covered >= invoice["total"] else None
        return since

    def owing(self, day: date) -> set[str]:
        """The clients with an invoice past due after a day."""
        return {row["client"] for row in self.invoices if row["due_on"] < day and self.owed(row, day) > 0}


def answers(ledger: Ledger, months: list[date]) -> dict[str, Cells]:
    """Every figure of money for every month."""
    found: dict[str, Cells] = {
        name: defaultdict(Decimal) for name in ("invoiced", "collected", "credited", "client_fees")
    }
    for row in ledger.invoices:
        _add(found["invoiced"], row["issued_on"], row["currency"], row["total"])
        _add(found["client_fees"], row["issued_on"], row["currency"], row["total"] - row["tax"])
    for row in ledger.payments:
        _add(found["collected"], row["paid_on"], ledger.currency[row["invoice"]], row["amount"])
    for row in ledger.credit_notes:
        _add(found["credited"], row["issued_on"], ledger.currency[row["invoice"]], row["amount"])
    return found | {
        "recognised_revenue": _recognised(ledger),
        "receivables": _receivables(ledger, months),
        "active_clients": _active(ledger.invoices),
        "days_to_pay": _days_to_pay(ledger),
    }


def _add(cells: Cells, day: date, currency: str, amount: Decimal) -> None:
    cells[month_of(day), currency] = (cells[month_of(day), currency] or NONE) + amount


def _receivables(ledger: Ledger, months: list[date]) -> Cells:
    found: Cells = defaultdict(Decimal)
    for month in months:
        for row in ledger.invoices:
            key = (month, row["currency"])
            found[key] = (found[key] or NONE) + ledger.owed(row, last_day(month))
    return found


def _recognised(ledger: Ledger) -> Cells:
    """Months of a period by their days, cut to the cent, the last month with what is left; notes without their tax."""
    found: Cells = defaultdict(Decimal)
    for row in ledger.invoices:
        net = row["total"] - row["tax"]
        if not row["service_from"]:
            _add(found, row["issued_on"], row["currency"], net)
            continue
        days = (row["service_until"] - row["service_from"]).days
        per_month = Counter(month_of(row["service_from"] + timedelta(days=number)) for number in range(days))
        *before, last = sorted(per_month)
        parts = {month: (net * per_month[month] / days).quantize(CENT, ROUND_DOWN) for month in before}
        for month, part in {**parts, last: net - sum(parts.values())}.items():
            _add(found, month, row["currency"], part)
    totals = {row["external_id"]: (row["total"] - row["tax"], row["total"]) for row in ledger.invoices}
    for row in ledger.credit_notes:  # the sample never writes two for one invoice
        net, total = totals[row["invoice"]]
        taken = (net * row["amount"] / total).quantize(CENT, ROUND_DOWN)
        _add(found, row["issued_on"], ledger.currency[row["invoice"]], -taken)
    return found


def _active(invoices: list[Row]) -> Cells:
    clients: dict[date, set[str]] = defaultdict(set)
    for row in invoices:
        clients[month_of(row["issued_on"])].add(row["client"])
    return {(month, None): Decimal(len(those)) for month, those in clients.items()}


def _days_to_pay(ledger: Ledger) -> Cells:
    days: dict[date, list[int]] = defaultdict(list)
    for row in ledger.invoices:
        settled = ledger.settled(row)
        if settled is not None and row["total"]:
            days[month_of(settled)].append((settled - row["issued_on"]).days)
    return {(month, None): share(sum(those), len(those)) for month, those in days.items()}
