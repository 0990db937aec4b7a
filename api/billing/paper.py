"""What an invoice says on paper: its words, days and amounts in its client's language. Pure; no layout, no file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.billing import amounts
from api.billing.schemas import CreditNoteOut, InvoiceOut, LineOut, PaymentOut
from api.billing.states import Status
from api.paper.language import Language
from imisofts.brand import Brand

_MARKS: Final = {"draft": "warning", "void": "bad", "credited": "information", "paid": "good"}
"""The tone of each mark beside the title."""


@dataclass(frozen=True, slots=True)
class Account:
    """An invoice with what was paid and credited on it, oldest first; ``recipient`` are the lines of an address."""

    invoice: InvoiceOut
    payments: Sequence[PaymentOut]
    credit_notes: Sequence[CreditNoteOut]
    recipient: Sequence[str]


@dataclass(frozen=True, slots=True)
class Telling:
    """An account, who sends it and how it is told; ``zone`` is the one in which the agency's days begin."""

    account: Account
    brand: Brand
    language: Language
    zone: ZoneInfo

    @property
    def invoice(self) -> InvoiceOut:
        return self.account.invoice

    def money(self, minor: int) -> str:
        """With the invoice's currency."""
        return self.language.money(amounts.to_units(minor, self.invoice.currency), self.invoice.currency)

    def amount(self, minor: int) -> str:
        """Without it, for a column whose head names it."""
        return self.language.amount(amounts.to_units(minor, self.invoice.currency), self.invoice.currency)


def content(told: Telling) -> dict[str, Any]:
    """The template's data; every text is finished, every amount is the database's own."""
    language, invoice, brand = told.language, told.invoice, told.brand
    title = language.say("Invoice {number}", number=invoice.number) if invoice.number else language.say("Draft invoice")
    return {
        "language": language.code,
        "title": title,
        "author": brand.name,
        "sender": brand.footer or brand.name,
        "recipient": list(told.account.recipient),
        "facts": _facts(told),
        "mark": _mark(told),
        "lines": _lines(told),
        "totals": _totals(told),
        "request": _request(told),
        "note": invoice.note or "",
        "foot": {
            "lines": [brand.footer or brand.name, *brand.legal, *language.powered(brand)],
            "page": language.say("Page {page} of {pages}", page="§1", pages="§2"),
            "title": title,
        },
    }


def _facts(told: Telling) -> list[list[str]]:
    """Labels and values beside the address; what the invoice does not have is left out."""
    say, invoice = told.language.say, told.invoice
    rows = (
        (say("Invoice number"), invoice.number),
        (say("Invoice date"), _day(told, invoice.issued_on)),
        (say("Due on"), _day(told, invoice.due_on)),
        (say("Your reference"), invoice.external_id if invoice.external_id != invoice.number else None),
    )
    return [[label, value] for label, value in rows if value]


def _day(told: Telling, day: date | None) -> str:
    return told.language.day(day) if day else ""


def _mark(told: Telling) -> dict[str, str] | None:
    """What everybody must see before they pay: that there is nothing to pay, or nothing yet."""
    kind, say = _kind(told.invoice), told.language.say
    words = {
        "draft": say("Draft"),
        "void": say("Void"),
        "credited": say("Credited in full"),
        "paid": say("Paid"),
    }
    return {"word": words[kind], "tone": _MARKS[kind], "across": str(kind in {"draft", "void"})} if kind else None


def _kind(invoice: InvoiceOut) -> str | None:
    if invoice.status in {Status.draft, Status.void}:
        return str(invoice.status)
    if invoice.open_minor:
        return None
    return "paid" if invoice.paid_minor or not invoice.credited_minor else "credited"


def _lines(told: Telling) -> dict[str, Any]:
    language, invoice = told.language, told.invoice
    say = language.say
    head = [
        say("No."),
        say("Description"),
        say("Quantity"),
        say("Unit price"),
        say("Tax"),
        say("Net in {currency}", currency=invoice.currency),
    ]
    return {
        "head": head,
        "rows": [
            {
                "number": language.number(line.position),
                "text": line.description,
                "service": _service(told, line),
                "cells": [
                    language.exact(line.quantity),
                    language.price(line.unit_price, invoice.currency),
                    language.rate(line.tax_rate),
                    told.amount(line.net_minor),
                ],
            }
            for line in invoice.lines
        ],
        "empty": say("This invoice has no lines."),
    }


def _service(told: Telling, line: LineOut) -> str:
    """When it is delivered: first and last day, both included; nothing where that is the day of issue."""
    if line.service_from is None or line.service_until is None:
        return ""
    first = line.service_from.astimezone(told.zone).date()
    last = max(_last_day(line.service_until, told.zone), first)
    days = told.language.day(first) if first == last else told.language.days_of(first, last)
    return told.language.say("Service period: {days}", days=days)


def _last_day(until: datetime, zone: ZoneInfo) -> date:
    return (until.astimezone(zone) - timedelta(microseconds=1)).date()


def _totals(told: Telling) -> list[dict[str, str]]:
    """Label, amount and weight, from net to what is open: taxes by rate, then each payment and credit note."""
    say, invoice = told.language.say, told.invoice
    rows = [(say("Net"), told.money(invoice.subtotal_minor), "plain")]
    rows += [(label, told.money(tax), "plain") for label, tax in _taxes(told)]
    rows.append((say("Total"), told.money(invoice.total_minor), "strong"))
    moved = _movements(told)
    rows += [(label, told.money(-minor), "plain") for label, minor in moved]
    if invoice.status not in {Status.draft, Status.void} and moved:
        rows.append((say("Open amount"), told.money(invoice.open_minor), "strong"))
    return [{"label": label, "amount": amount, "weight": weight} for label, amount, weight in rows]


def _taxes(told: Telling) -> list[tuple[str, int]]:
    """Tax by rate, the highest first; the rates' sums add up to the invoice's tax, for each is a sum of lines."""
    sums: dict[Decimal, tuple[int, int]] = {}
    for line in told.invoice.lines:
        net, tax = sums.get(line.tax_rate, (0, 0))
        sums[line.tax_rate] = (net + line.net_minor, tax + line.tax_minor)
    language = told.language
    return [
        (language.say("{rate} tax on {net}", rate=language.rate(rate), net=told.money(net)), tax)
        for rate, (net, tax) in sorted(sums.items(), reverse=True)
    ]


def _movements(told: Telling) -> list[tuple[str, int]]:
    """What was taken off the total, by day: payments, refunds (negative) and credit notes."""
    say = told.language.say
    found = [
        (one.paid_on, say("Payment of {day}", day=told.language.day(one.paid_on)), one.amount_minor)
        if one.amount_minor > 0
        else (one.paid_on, say("Refund of {day}", day=told.language.day(one.paid_on)), one.amount_minor)
        for one in told.account.payments
    ]
    found += [
        (
            one.issued_on,
            say("Credit note {number} of {day}", number=one.number, day=told.language.day(one.issued_on)),
            one.amount_minor,
        )
        for one in told.account.credit_notes
    ]
    return [(label, minor) for _, label, minor in sorted(found, key=lambda one: one[0])]


def _request(told: Telling) -> str:
    """The sentence that asks for the money, or says why none is asked for."""
    say, invoice = told.language.say, told.invoice
    kind = _kind(invoice)
    if kind == "draft":
        return say("This is a draft: nothing is to be paid until the invoice is issued.")
    if kind == "void":
        return say("This invoice was taken back: nothing is to be paid.")
    if kind is not None:
        return say("This invoice is settled: nothing is left to pay. Thank you.")
    asked = {"amount": told.money(invoice.open_minor), "number": invoice.number, "day": _day(told, invoice.due_on)}
    if invoice.due_on is None:
        return say("Please pay {amount} and name invoice {number}.", **asked)
    return say("Please pay {amount} by {day} and name invoice {number}.", **asked)
