"""Payments and credit notes from a file. They belong to imported invoices; no invoice ends up overpaid."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from api.billing.service import CreditNote, Invoice, Payment, amounts, states
from api.events.schemas import EventName
from api.imports.fields import Field, Target, amount, day, text
from api.imports.fields import key as external
from api.imports.kinds import invoices
from api.imports.plan import Change, Context, Plan
from api.imports.schemas import Kind
from api.imports.subject import Row, Subject
from api.kit.ids import new_id

_DAY = {Kind.payments: "paid_on", Kind.credit_notes: "issued_on"}
_SUM = {Kind.payments: "paid_minor", Kind.credit_notes: "credited_minor"}
_INVOICE = ("id", "client_id", "external_id", "number", "source", "series", "status", "currency", "issued_on")
_MONEY = ("total_minor", "paid_minor", "credited_minor")


async def _plan(context: Context, subject: Subject, rows: list[Row]) -> Plan:
    """Compare each row with ours; then see that no invoice is overpaid by all of them together."""
    made, kind = Plan(), subject.kind
    model = Payment if kind is Kind.payments else CreditNote
    present = await _present(context, model, [row["external_id"] for row in rows])
    owned = await _invoices(context, [row["invoice"] for row in rows], [ours.invoice_id for ours in present.values()])
    by_name = {invoice.external_id: invoice for invoice in owned.values() if invoice.external_id}
    moving: list[tuple[Row, Any]] = []
    for row in rows:
        ours = present.get(row["external_id"])
        if _fits(row, by_name.get(row["invoice"]), kind, made) and _differs(row, ours, kind, made):
            moving.append((row, ours))
    moving = _refuse_overpaid(moving, owned, kind, made)
    for row, ours in moving:
        change = _write(context, row, ours, model, kind)
        (made.created if ours is None else made.changed).append(change)
    await _settle(context, moving, owned, kind, made)
    return made


async def _present(context: Context, model: Any, names: list[str]) -> dict[str, Any]:
    query = select(*model.__table__.columns).where(model.external_id.in_(names))
    return {row.external_id: row for row in await context.session.execute(query)}


async def _invoices(context: Context, names: Iterable[str], ids: Iterable[UUID]) -> dict[UUID, Any]:
    """The invoices that the rows name and those that our rows belong to, locked."""
    columns = (getattr(Invoice, name) for name in (*_INVOICE, *_MONEY))
    wanted = Invoice.external_id.in_(set(names)) | Invoice.id.in_(set(ids))
    query = select(*columns).where(wanted).order_by(Invoice.id).with_for_update()
    return {row.id: row for row in await context.session.execute(query)}


def _fits(row: Row, invoice: Any, kind: Kind, made: Plan) -> bool:
    """Whether the row's invoice takes it; fills in what the row inherits from it."""
    if invoice is None:
        reason = f"no invoice has the external id {row['invoice']!r}; create_missing makes clients, not invoices"
        made.refuse(row, "invoice", reason)
        return False
    if invoice.source != "import" or invoice.series is not None:
        made.refuse(row, "invoice", "was issued or written here; an import never changes it")
        return False
    if invoice.status not in states.OPEN_TO_MONEY:
        made.refuse(row, "invoice", f"is {invoice.status}; only an issued invoice takes money")
        return False
    row["invoice_id"], row["client_id"], row["currency"] = invoice.id, invoice.client_id, invoice.currency
    row["amount_minor"] = amounts.to_minor(row["amount"], invoice.currency)
    if row["amount_minor"] == 0 or (row["amount_minor"] < 0 and kind is Kind.credit_notes):
        made.refuse(row, "amount", "is zero" if row["amount_minor"] == 0 else "is below zero")
        return False
    return True


def _compared(kind: Kind, row: Row) -> list[str]:
    reason = ["reason"] if kind is Kind.credit_notes and "reason" in row else []
    return ["invoice_id", "amount_minor", _DAY[kind], *reason]


def _differs(row: Row, ours: Any, kind: Kind, made: Plan) -> bool:
    if ours is None:
        return True
    if all(getattr(ours, name) == row[name] for name in _compared(kind, row)):
        made.unchanged += 1
    elif ours.source != "import":
        made.keep(row, "this was recorded here; an import does not change it")
    elif ours.touched_at is not None:
        made.keep(row, "this was changed here since it was imported")
    else:
        return True
    return False


def _refuse_overpaid(
    moving: list[tuple[Row, Any]], owned: dict[UUID, Any], kind: Kind, made: Plan
) -> list[tuple[Row, Any]]:
    """Without the last rows of each invoice that would end up overpaid, or give back more than came in."""
    sums = {key: [invoice.paid_minor, invoice.credited_minor] for key, invoice in owned.items()}
    place = 0 if kind is Kind.payments else 1
    rows_of: dict[UUID, list[int]] = defaultdict(list)
    for index, (row, ours) in enumerate(moving):
        _move(sums, place, row, ours, 1)
        for key in {row["invoice_id"], ours.invoice_id if ours else row["invoice_id"]}:
            rows_of[key].append(index)
    refused: set[int] = set()
    waiting = list(rows_of)
    while waiting:
        key = waiting.pop()
        while not _legal(owned[key], sums[key]) and rows_of[key]:
            index = rows_of[key].pop()
            if index in refused:
                continue
            row, ours = moving[index]
            refused.add(index)
            _move(sums, place, row, ours, -1)
            made.refuse(row, "amount", _why(owned[row["invoice_id"]], row))
            waiting.extend({row["invoice_id"], ours.invoice_id if ours else key} - {key})
    return [pair for index, pair in enumerate(moving) if index not in refused]


def _move(sums: dict[UUID, list[int]], place: int, row: Row, ours: Any, sign: int) -> None:
    sums[row["invoice_id"]][place] += sign * row["amount_minor"]
    if ours is not None:
        sums[ours.invoice_id][place] -= sign * ours.amount_minor


def _legal(invoice: Any, sums: list[int]) -> bool:
    return min(sums) >= 0 and sum(sums) <= invoice.total_minor


def _why(invoice: Any, row: Row) -> str:
    if row["amount_minor"] < 0:
        return f"gives back more than came in for invoice {invoice.number}"
    left = invoice.total_minor - invoice.paid_minor - invoice.credited_minor
    words = amounts.in_words(left, invoice.currency)
    return f"is more than is open: {words} of invoice {invoice.number}, before this file"


def _write(context: Context, row: Row, ours: Any, model: Any, kind: Kind) -> Change:
    facts = {name: row[name] for name in ("invoice_id", "client_id", "currency", "amount_minor", _DAY[kind])}
    if kind is Kind.credit_notes:
        facts["reason"] = row.get("reason") if "reason" in row or ours is None else ours.reason
    event = EventName.PAYMENT_IMPORTED if kind is Kind.payments else EventName.CREDIT_NOTE_IMPORTED
    if ours is not None:
        before = {name: getattr(ours, name) for name in facts}
        return Change(model, event, row["line"], row["external_id"], {"id": ours.id, **facts}, before, facts)
    facts = {"external_id": row["external_id"], **facts}
    if kind is Kind.credit_notes:
        facts["number"] = row["external_id"]
    values = {"id": new_id(), "workspace_id": context.actor.workspace_id, **facts, "source": "import"}
    return Change(model, event, row["line"], row["external_id"], values, None, facts)


async def _settle(
    context: Context, moving: list[tuple[Row, Any]], owned: dict[UUID, Any], kind: Kind, made: Plan
) -> None:
    """What becomes of the invoices: sums, state and settlement date, from all that was paid, ours and new."""
    touched = {row["invoice_id"] for row, _ in moving} | {ours.invoice_id for _, ours in moving if ours is not None}
    moved = await invoices.movements(context, touched)
    sums = {key: [owned[key].paid_minor, owned[key].credited_minor] for key in touched}
    for row, ours in moving:
        if ours is not None:
            moved[ours.invoice_id].remove((getattr(ours, _DAY[kind]), ours.amount_minor))
        moved[row["invoice_id"]].append((row[_DAY[kind]], row["amount_minor"]))
        _move(sums, 0 if kind is Kind.payments else 1, row, ours, 1)
    for key in touched:
        settled = states.settle(owned[key].total_minor, owned[key].issued_on, moved[key])
        made.settled.append(
            {
                "id": key,
                "paid_minor": sums[key][0],
                "credited_minor": sums[key][1],
                "status": settled.status.value,
                "settled_on": settled.settled_on,
            }
        )


_OF: Final = Field("invoice", external, required=True, to="invoice_id", target=Target.invoice)

PAYMENTS: Final = Subject(
    kind=Kind.payments,
    about="Money that came in for imported invoices.",
    noun="payment",
    fields=(
        Field("external_id", external, required=True),
        _OF,
        Field("paid_on", day, required=True),
        Field("amount", amount, required=True, about="In the invoice's currency; below zero it went back."),
    ),
    model=Payment,
    event=EventName.PAYMENT_IMPORTED,
    plan=_plan,
)

CREDIT_NOTES: Final = Subject(
    kind=Kind.credit_notes,
    about="What was taken back of imported invoices.",
    noun="credit note",
    fields=(
        Field("external_id", external, required=True, about="Also the credit note's number."),
        _OF,
        Field("issued_on", day, required=True),
        Field("amount", amount, required=True, about="In the invoice's currency, above zero."),
        Field("reason", text),
    ),
    model=CreditNote,
    event=EventName.CREDIT_NOTE_IMPORTED,
    plan=_plan,
)
