"""The account of a period: what was open, what came and went, what is open now. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from api.paper.language import Language
from api.reports.sections.blocks import Block, table


def block(one: Mapping[str, Any], language: Language) -> Block:
    """Opening + invoiced − settled = closing, line by line; the parts of *settled* are named where they are known."""
    period, currency, say = one["period"], one["currency"], language.say
    collected, credited = Decimal(period["collected"]), Decimal(period["credited"])
    other = Decimal(period["settled"]) - collected - credited
    lines = [
        (say("Open on {day}", day=language.day(period["first"])), Decimal(period["opening"])),
        (say("Invoiced"), Decimal(period["invoiced"])),
        (say("Payments received"), -collected),
    ]
    if credited:
        lines.append((say("Credit notes"), -credited))
    if other:
        lines.append((say("Voided and other changes"), -other))
    return table(
        [say("Movement"), say("Amount ({currency})", currency=currency)],
        [[name, language.amount(amount, currency)] for name, amount in lines],
        right=1,
        heading=say("How the balance moved"),
        total=[
            say("Open after {day}", day=language.day(period["last"])),
            language.amount(period["closing"], currency),
        ],
    )


def sentence(figures: Mapping[str, Any], period: Mapping[str, Any], currency: str, language: Language) -> str:
    """What is open at the end of the period, and how much of it is late."""
    closing, overdue = Decimal(period["closing"]), Decimal(period["overdue"])
    day = language.long_day(figures["last"])
    if closing == 0:
        return language.say("Nothing was open on {day}.", day=day)
    if closing < 0:
        return language.say(
            "{client} had a credit of {amount} on {day}.",
            client=figures["client_name"],
            amount=language.money(-closing, currency),
            day=day,
        )
    amount = language.money(closing, currency)
    if overdue <= 0:
        return language.say("{amount} was open on {day}, none of it overdue.", amount=amount, day=day)
    return language.say(
        "{amount} was open on {day}, of which {overdue} was overdue.",
        amount=amount,
        day=day,
        overdue=language.money(overdue, currency),
    )
