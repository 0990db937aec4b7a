"""Exchange rates from a file. They have no external id: day and the two currencies are their key."""

from typing import Any, Final

from api.events.schemas import EventName
from api.imports import generic
from api.imports.fields import Field, currency, day, rate
from api.imports.plan import Context
from api.imports.schemas import Kind
from api.imports.subject import Row, RowRefused, Subject
from api.rates.models import ExchangeRate


def _complete(_context: Context, row: Row, _ours: Any) -> None:
    if row["from"] == row["to"]:
        raise RowRefused("to", "is the same currency as from")


EXCHANGE_RATES: Final = Subject(
    kind=Kind.exchange_rates,
    about="What one unit of a currency is worth in another, from a day until the next rate.",
    noun="rate",
    fields=(
        Field("date", day, required=True, to="rate_on"),
        Field("from", currency, required=True, to="from_currency"),
        Field("to", currency, required=True, to="to_currency"),
        Field("rate", rate, required=True, about="One unit of from in units of to."),
    ),
    model=ExchangeRate,
    event=EventName.EXCHANGE_RATE_IMPORTED,
    plan=generic.plan,
    complete=_complete,
    key=("rate_on", "from_currency", "to_currency"),
)
