"""Types that fields of more than one domain's bodies share: what JSON says is taken at its word, nothing is guessed."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, Strict


def _no_truth(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("is true or false, not a number")
    return value


def _written(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError("is a number; write a day as YYYY-MM-DD")
    return value


WholeNumber = Annotated[int, BeforeValidator(_no_truth)]
"""An integer that ``false`` is not: to Python it is 0."""

TrueOrFalse = Annotated[bool, Strict()]
"""A truth that neither 0 nor "no" is."""

Day = Annotated[date, BeforeValidator(_written), Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))]
"""A calendar date, written; a number would be seconds since 1970."""
