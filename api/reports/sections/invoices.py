"""The two tables of invoices: those of the period, and those still open at its end. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from api.paper.language import Language
from api.reports.sections.blocks import Block, Telling, table


def of_period(told: Telling, one: Mapping[str, Any]) -> Block:
    """The invoices issued in the period, with the sum that the summary names."""
    rows, language = one["issued_invoices"], told.language
    total = sum((Decimal(row["total"]) for row in rows), Decimal(0))
    return table(
        *_cells(told, one, rows, language.say("Status"), _status),
        right=4,
        heading=language.say("Invoices of {period}", period=told.period),
        empty=language.say("No invoice was issued in {period}.", period=told.period),
        total=[
            language.say("Total"),
            "",
            "",
            "",
            language.amount(total, one["currency"]),
            _open(rows, one["currency"], language),
        ],
    )


def still_open(told: Telling, one: Mapping[str, Any]) -> Block:
    """Every invoice that is open at the period's end, whenever it was issued."""
    rows, language = one["open_invoices"], told.language
    day = language.long_day(told.figures["last"])
    return table(
        *_cells(told, one, rows, language.say("Days late"), _late),
        right=3,
        heading=language.say("Open on {day}", day=day),
        empty=language.say("No invoice was open on {day}.", day=day),
        total=[language.say("Total"), "", "", "", "", _open(rows, one["currency"], language)],
    )


def _cells(
    told: Telling,
    one: Mapping[str, Any],
    rows: list[Mapping[str, Any]],
    state: str,
    state_of: Callable[[Mapping[str, Any], str, Language], Any],
) -> tuple[list[str], list[list[Any]]]:
    """Head and rows; the fourth column, called ``state``, is what tells the two tables apart."""
    language, currency, last = told.language, one["currency"], told.figures["last"]
    say = language.say
    head = [
        say("Invoice"),
        say("Issued"),
        say("Due"),
        state,
        say("Total ({currency})", currency=currency),
        say("Open ({currency})", currency=currency),
    ]
    return head, [
        [
            _number(row),
            language.day(row["issued_on"]),
            language.day(row["due_on"]),
            state_of(row, last, language),
            language.amount(row["total"], currency),
            language.amount(row["open"], currency),
        ]
        for row in rows
    ]


def _open(rows: list[Mapping[str, Any]], currency: str, language: Language) -> str:
    return language.amount(sum((Decimal(row["open"]) for row in rows), Decimal(0)), currency)


def _number(row: Mapping[str, Any]) -> str:
    return str(row["number"] or row["external_id"] or row["invoice_id"][:8])


def _days_late(row: Mapping[str, Any], last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(row["due_on"])).days


def _late(row: Mapping[str, Any], last: str, language: Language) -> str:
    days = _days_late(row, last)
    return language.number(days) if days > 0 else language.say("not due")


def _status(row: Mapping[str, Any], last: str, language: Language) -> dict[str, str]:
    """A word and the tone of its dot, as of the period's end."""
    if Decimal(row["open"]) <= 0:
        return {"word": language.say("Paid"), "tone": "good"}
    if _days_late(row, last) > 0:
        return {"word": language.say("Overdue"), "tone": "bad"}
    if Decimal(row["open"]) < Decimal(row["total"]):
        return {"word": language.say("Partly paid"), "tone": "warning"}
    return {"word": language.say("Open"), "tone": "information"}
