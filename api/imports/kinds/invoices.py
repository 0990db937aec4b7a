"""Invoices from a file. Each has one line; its number is its external id; payments decide whether it is paid."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select, union_all

from api.billing.service import DAYS_TO_PAY, CreditNote, Invoice, InvoiceLine, Payment, amounts, periods, states
from api.events.schemas import EventName
from api.imports import references
from api.imports.fields import Field, Target, amount, currency, day, key, status, text
from api.imports.plan import Change, Context, Plan
from api.imports.schemas import Kind
from api.imports.subject import Row, RowRefused, Subject
from api.kit.ids import new_id

Moved = dict[UUID, list[tuple[date, int]]]
_SAME = ("client_id", "issued_on", "due_on", "currency", "tax_minor", "total_minor")
_LINE = ("service_from", "service_until", "description")
_COLUMNS = ("id", "external_id", "source", "touched_at", "series", "status", "paid_minor", "credited_minor", *_SAME)
_LARGEST_RATE = Decimal(999)


async def by_external_id(context: Context, names: Iterable[str]) -> dict[str, Any]:
    """The invoices of these external ids, locked: nobody pays them meanwhile."""
    columns = [*(getattr(Invoice, name) for name in _COLUMNS), *(getattr(InvoiceLine, name) for name in _LINE)]
    query = select(*columns).outerjoin(
        InvoiceLine, and_(InvoiceLine.invoice_id == Invoice.id, InvoiceLine.position == 1)
    )
    query = query.where(Invoice.external_id.in_(set(names))).order_by(Invoice.id)
    rows = await context.session.execute(query.with_for_update(of=Invoice))
    return {row.external_id: row for row in rows}


async def movements(context: Context, ids: Iterable[UUID]) -> Moved:
    """Payments and credits of these invoices, as the settlement rule takes them."""
    chosen = list(ids)
    paid = select(Payment.invoice_id, Payment.paid_on, Payment.amount_minor).where(Payment.invoice_id.in_(chosen))
    credited = select(CreditNote.invoice_id, CreditNote.issued_on, CreditNote.amount_minor)
    found: Moved = defaultdict(list)
    if chosen:
        query = union_all(paid, credited.where(CreditNote.invoice_id.in_(chosen)))
        for invoice_id, day, amount in await context.session.execute(query):
            found[invoice_id].append((day, amount))
    return found


async def _plan(context: Context, subject: Subject, rows: list[Row]) -> Plan:
    """Compare each row with the invoice of its external id."""
    made = Plan()
    rows = [row for row in rows if _completed(row, made, ZoneInfo(context.timezone))]
    rows = await references.resolve(context, subject, rows, made)
    present = await by_external_id(context, (row["external_id"] for row in rows))
    changing: list[tuple[Row, Any]] = []
    for row in rows:
        ours = present.get(row["external_id"])
        row["description"] = row.get("description") or getattr(ours, "description", None) or _described(row)
        if ours is None:
            made.created.append(_create(context, row))
        elif _state(ours.status) == row["status"] and all(
            getattr(ours, name) == row[name] for name in (*_SAME, *_LINE)
        ):
            made.unchanged += 1
        elif ours.source != "import" or ours.series is not None:
            made.keep(row, "this invoice was issued or written here; an import never changes it")
        elif ours.touched_at is not None:
            made.keep(row, "this invoice was changed here since it was imported")
        else:
            changing.append((row, ours))
    moved = await movements(context, (ours.id for _, ours in changing))
    for row, ours in changing:
        _change(row, ours, moved.get(ours.id, []), made)
    waiting = sum(1 for row in rows if row["said"] in {"paid", "partly_paid"})
    if waiting:
        made.notes.append(f"{waiting} rows say paid or partly paid: that follows from payments, so import those too")
    return made


def _described(row: Row) -> str:
    return f"Imported invoice {row['external_id']}"


def _completed(row: Row, made: Plan, zone: ZoneInfo) -> bool:
    try:
        _complete(row, zone)
    except RowRefused as refused:
        made.refuse(row, refused.field, str(refused))
        return False
    return True


def _complete(row: Row, zone: ZoneInfo) -> None:
    """Minor units, due date, state and service period; ``total`` includes ``tax``."""
    row["total_minor"] = amounts.to_minor(row["total"], row["currency"])
    row["tax_minor"] = amounts.to_minor(row.get("tax") or Decimal(0), row["currency"])
    row["due_on"] = row.get("due_on") or row["issued_on"] + DAYS_TO_PAY
    row["said"] = row.get("status")
    row["status"] = row["said"] if row["said"] in {"draft", "void"} else "issued"
    if row["total_minor"] < 0:
        raise RowRefused("total", "is below zero; import it as a credit note")
    if not 0 <= row["tax_minor"] <= row["total_minor"]:
        raise RowRefused("tax", "is not between zero and the total")
    if row["due_on"] < row["issued_on"]:
        raise RowRefused("due_on", "lies before issued_on")
    try:
        row["service_from"], row["service_until"] = periods.service_period(
            row.get("service_from"), row.get("service_until"), zone
        )
    except periods.BadPeriodError as error:
        raise RowRefused(error.field, str(error)) from error


def _state(status: str) -> str:
    return "issued" if status in states.OPEN_TO_MONEY else status


def _columns(row: Row, moved: list[tuple[date, int]]) -> Row:
    """The invoice's columns that follow from the row and from what was paid."""
    issued = row["status"] == "issued"
    settled = states.settle(row["total_minor"], row["issued_on"], moved) if issued else None
    return {
        **{name: row[name] for name in _SAME},
        "number": None if row["status"] == "draft" else row["external_id"],
        "status": settled.status.value if settled else row["status"],
        "subtotal_minor": row["total_minor"] - row["tax_minor"],
        "settled_on": settled.settled_on if settled else None,
        "voided_on": row["issued_on"] if row["status"] == "void" else None,
    }


def _create(context: Context, row: Row) -> Change:
    facts = {"external_id": row["external_id"], **_columns(row, [])}
    identity = {"id": new_id(), "workspace_id": context.actor.workspace_id}
    values = {**identity, **facts, "paid_minor": 0, "credited_minor": 0, "source": "import"}
    line = {"id": new_id(), "workspace_id": context.actor.workspace_id, "invoice_id": values["id"], "position": 1}
    line |= _line(row)
    shown = {"description": (None, row["description"])}
    event = EventName.INVOICE_IMPORTED
    return Change(Invoice, event, row["line"], row["external_id"], values, None, facts, line, shown)


def _change(row: Row, ours: Any, moved: list[tuple[date, int]], made: Plan) -> None:
    spent = ours.paid_minor + ours.credited_minor
    if moved and (row["currency"] != ours.currency or row["status"] != "issued"):
        column = "currency" if row["currency"] != ours.currency else "status"
        made.refuse(row, column, "cannot change: the invoice has payments or credits")
        return
    if spent > row["total_minor"]:
        words = amounts.in_words(spent, ours.currency)
        made.refuse(row, "total", f"is less than the {words} paid and credited already")
        return
    values = {"id": ours.id, **_columns(row, moved)}
    before = {name: getattr(ours, name) for name in (*_SAME, "status")}
    after = {name: values[name] for name in before}
    event = EventName.INVOICE_IMPORTED
    line = {"invoice_id": ours.id, **_line(row)}
    shown = {"description": (ours.description, row["description"])} if ours.description != row["description"] else {}
    made.changed.append(Change(Invoice, event, row["line"], row["external_id"], values, before, after, line, shown))


def _line(row: Row) -> Row:
    """The one line; its rate is what the amounts imply, for show: the amounts themselves are what was imported."""
    net = row["total_minor"] - row["tax_minor"]
    rate = min(Decimal(row["tax_minor"]) / net, _LARGEST_RATE) if net else Decimal(0)
    return {
        "quantity": Decimal(1),
        "unit_price": amounts.to_units(net, row["currency"]),
        "tax_rate": round(rate, 6),
        "net_minor": net,
        "tax_minor": row["tax_minor"],
        **{name: row[name] for name in _LINE},
    }


INVOICES: Final = Subject(
    kind=Kind.invoices,
    about="What you billed elsewhere. Whether an invoice is paid follows from payments.",
    noun="invoice",
    fields=(
        Field("external_id", key, required=True, about="Also the invoice's number."),
        Field("client", key, required=True, to="client_id", target=Target.client),
        Field("issued_on", day, required=True),
        Field("total", amount, required=True, about="With tax."),
        Field("currency", currency, required=True),
        Field("description", text, about="What it is for. Default: Imported invoice and its number."),
        Field("due_on", day, about="Default: 30 days after issued_on."),
        Field("tax", amount, about="Part of the total. Default: 0."),
        Field("service_from", day, about="First day of what it is for; its revenue is recognised from then on."),
        Field("service_until", day, about="First day after it. Default for both: recognised when issued."),
        Field("status", status, about="Paid and partly_paid are read as issued: they follow from payments."),
    ),
    model=Invoice,
    event=EventName.INVOICE_IMPORTED,
    plan=_plan,
    dated="issued_on",
)
