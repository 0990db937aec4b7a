"""An invoice of nobody, for a look at a brand on paper."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from api.billing import amounts
from api.billing.paper import Account
from api.billing.schemas import InvoiceOut, LineOut
from api.paper.language import Language

_NOBODY: Final = UUID(int=0)
_MOMENT: Final = datetime(2026, 10, 5, 9, tzinfo=UTC)
_CURRENCY: Final = "EUR"


def account(language: Language) -> Account:
    """Two lines at 19 %, issued, nothing paid yet."""
    say = language.say
    rows = [
        (say("Website redesign"), Decimal(8), Decimal(95), None),
        (say("Hosting and care"), Decimal(1), Decimal(240), datetime(2026, 10, 1, tzinfo=UTC)),
    ]
    priced = [amounts.LineInput(quantity, price, Decimal("0.19")) for _, quantity, price, _ in rows]
    found = amounts.total(priced, _CURRENCY)
    lines = [
        LineOut(
            position=n,
            description=text,
            quantity=quantity,
            unit_price=price,
            tax_rate=Decimal("0.19"),
            net_minor=sums.net_minor,
            tax_minor=sums.tax_minor,
            service_from=begins,
            service_until=datetime(2026, 11, 1, tzinfo=UTC) if begins else None,
        )
        for n, ((text, quantity, price, begins), sums) in enumerate(zip(rows, found.lines, strict=True), start=1)
    ]
    return Account(_invoice(found, lines, say("Your client")), (), (), (say("Your client"), "kim@client.example"))


def _invoice(found: amounts.InvoiceAmounts, lines: list[LineOut], client: str) -> InvoiceOut:
    return InvoiceOut(
        id=_NOBODY,
        client_id=_NOBODY,
        client_name=client,
        external_id=None,
        number="INV-2026-0042",
        status="issued",
        currency=_CURRENCY,
        issued_on=date(2026, 10, 5),
        due_on=date(2026, 11, 4),
        subtotal_minor=found.subtotal_minor,
        tax_minor=found.tax_minor,
        total_minor=found.total_minor,
        paid_minor=0,
        credited_minor=0,
        open_minor=found.total_minor,
        settled_on=None,
        voided_on=None,
        source="api",
        version=1,
        created_at=_MOMENT,
        updated_at=_MOMENT,
        note=None,
        lines=lines,
    )
