"""Money in the workspace's own currency: which rate applies to which amount, as SQL over the facts."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

RATES = "dim_currency_rates"
_RATE = re.compile(r"\$rate\(([^()]*)\)")


def rate(day: str) -> str:
    """What one unit of a fact's currency is worth on ``day``, an SQL expression; empty where no rate is known yet."""
    return f"""(
        select rates.rate from {{{RATES}}} as rates
        where rates.currency = facts.currency and rates.known_from <= {day} and {day} < rates.known_until
    )"""


def computed(expression: str) -> str:
    """A column computed over the facts, with ``$rate(day)`` for the rate of a day; empty as soon as one is missing."""
    told = _RATE.sub(lambda place: rate(place.group(1)), expression)
    needed = " and ".join(f"{rate(day)} is not null" for day in dict.fromkeys(_RATE.findall(expression)))
    return f"case when bool_and({needed}) then {told} end" if needed else told


def of_computed(aggregate: str, columns: Iterable[str]) -> str:
    """An aggregate over computed columns, empty as soon as one of these is."""
    known = " and ".join(f"facts.{name} is not null" for name in columns)
    return f"case when bool_and({known}) then {aggregate} end"


def converted(measure: Mapping[str, Any], converts_on: str | None) -> str | None:
    """The measure's sum with each amount at its own rate; empty as soon as one rate is missing, None where not said.

    ``converts_on`` is the day whose rate applies to the model's amounts. A measure may say for itself how its amount is
    ``converted``, with ``$rate(day)`` for the rate of a day.
    """
    if "converted" in measure:
        amount = _RATE.sub(lambda place: rate(place.group(1)), measure["converted"])
    elif measure["agg"] == "sum" and converts_on is not None:
        amount = (
            f"case when coalesce({measure['expr']}, 0) = 0 then 0 else ({measure['expr']}) * {rate(converts_on)} end"
        )
    else:
        return None
    return f"case when bool_and(({amount}) is not null) then sum({amount}) end"
