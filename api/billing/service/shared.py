"""What the verbs share: an invoice as events tell it, the next version, money from the outside."""

from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.billing import amounts, repository, states
from api.billing.errors import BadAmount
from api.billing.models import Invoice
from imisofts import currencies


def facts(invoice: Invoice) -> dict[str, Any]:
    """An invoice as its events tell it."""
    days = {name: getattr(invoice, name) for name in ("issued_on", "due_on", "settled_on", "voided_on")}
    return {
        "client_id": str(invoice.client_id),
        "external_id": invoice.external_id,
        "number": invoice.number,
        "status": invoice.status,
        "currency": invoice.currency,
        **{name: day.isoformat() if day else None for name, day in days.items()},
        "tax_minor": invoice.tax_minor,
        "total_minor": invoice.total_minor,
        "paid_minor": invoice.paid_minor,
        "credited_minor": invoice.credited_minor,
    }


def open_minor(invoice: Invoice) -> int:
    """What is still to be paid, in minor units."""
    return invoice.total_minor - invoice.paid_minor - invoice.credited_minor


def minor(amount: Decimal, currency: str) -> int:
    """Minor units of an amount that somebody typed: one finer than the currency is refused, never rounded."""
    decimals = currencies.decimals(currency)
    try:
        found = amounts.to_minor(amount, currency)
    except amounts.AmountTooLargeError as error:
        raise BadAmount("The amount is too large.", fields=[("amount", "is too large")]) from error
    if amounts.to_units(found, currency) != amount:
        detail = f"{currency} has {decimals} decimals."
        raise BadAmount(detail, fields=[("amount", f"has more than {decimals} decimals")])
    return found


async def settle(session: AsyncSession, invoice: Invoice) -> None:
    """Bring state and settlement date in line with the invoice's payments and credits."""
    assert invoice.issued_on is not None
    await session.flush()
    moved = await repository.movements(session, invoice.id)
    settled = states.settle(invoice.total_minor, invoice.issued_on, moved)
    invoice.status = settled.status
    invoice.settled_on = settled.settled_on
