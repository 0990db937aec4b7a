"""The documents behind a figure: invoices with their part in it."""

from datetime import date
from uuid import UUID

from warehouse.gateway.answers import InvoiceRow, Measure
from warehouse.gateway.questions import END_OF_TIME, Desk
from warehouse.gateway.series import money

_PARTS: dict[Measure, str] = {
    "invoiced": """
        select invoice_id, total as amount from {fct_invoices}
        where issued_on between $first and $last and (voided_on is null or voided_on > $known_on)""",
    "collected": """
        select invoice_id, sum(amount) as amount from {fct_payments}
        where paid_on between $first and $last and paid_on <= $known_on group by invoice_id""",
    "receivables": """
        select invoice_id, sum(open_change) as amount from {fct_receivable_movements}
        where moved_on <= least($last, $known_on) and $first is not null
        group by invoice_id having sum(open_change) <> 0""",
}
_INVOICES = """
    with parts as ({parts}),
    balances as (
        select invoice_id, sum(open_change) as open from {{fct_receivable_movements}}
        where moved_on <= $open_on group by invoice_id
    )
    select invoices.invoice_id, invoices.client_id, clients.client_key, clients.name, invoices.number,
        invoices.external_id, invoices.status, invoices.currency, invoices.issued_on, invoices.due_on,
        invoices.settled_on, invoices.total, invoices.paid, invoices.credited, coalesce(balances.open, 0), parts.amount
    from parts
    inner join {{fct_invoices}} as invoices on parts.invoice_id = invoices.invoice_id
    inner join {{dim_clients}} as clients on invoices.client_id = clients.client_id
    left join balances on invoices.invoice_id = balances.invoice_id
    where $client_id is null or invoices.client_id = cast($client_id as uuid)
    order by invoices.issued_on desc, invoices.invoice_id
    limit $row_limit"""


def invoices(
    desk: Desk,
    measure: Measure,
    first: date,
    last: date,
    client_id: UUID | None,
    as_of: date | None,
    limit: int,
    open_on: date = END_OF_TIME,
) -> list[InvoiceRow]:
    """Newest first. ``receivables`` are those of ``as_of``, else of the range's last day; what is open of an invoice is
    told as of ``open_on``, now unless said.
    """
    known_on = as_of or END_OF_TIME
    parameters: dict[str, object] = {
        "first": first,
        "last": known_on if measure == "receivables" and as_of else last,
        "known_on": known_on,
        "open_on": open_on,
        "client_id": str(client_id) if client_id else None,
        "row_limit": limit,
    }
    sql = _INVOICES.replace("{parts}", _PARTS[measure]).replace("{{", "{").replace("}}", "}")
    return [_invoice(row) for row in desk.pin.rows(desk.scope, sql, parameters)]


def _invoice(row: tuple[object, ...]) -> InvoiceRow:
    currency = str(row[7])
    amounts = (money(amount, currency) for amount in row[11:])  # type: ignore[arg-type]
    return InvoiceRow(*row[:11], *amounts)  # type: ignore[arg-type]
