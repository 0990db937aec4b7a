"""What the lists of billing show, and may be sorted, filtered and searched by."""

from typing import Any

from api.billing.models import CreditNote, Invoice, Payment
from api.billing.schemas import CreditNoteOut, InvoiceListed, PaymentOut
from api.clients.models import Client
from api.kit.lists import ListSpec

_SPECIAL: dict[str, Any] = {
    "client_name": Client.name,
    "open_minor": Invoice.total_minor - Invoice.paid_minor - Invoice.credited_minor,
}


def _column(name: str) -> Any:
    return _SPECIAL[name] if name in _SPECIAL else getattr(Invoice, name)


INVOICES = ListSpec(
    columns={name: _column(name) for name in InvoiceListed.model_fields},
    default_sort="-issued_on",
    sortable=("issued_on", "due_on", "number", "total_minor", "open_minor", "client_name", "created_at"),
    filterable=(
        "client_id",
        "status",
        "currency",
        "issued_on",
        "due_on",
        "settled_on",
        "total_minor",
        "open_minor",
        "external_id",
        "source",
    ),
    search=(Invoice.number, Invoice.external_id, Client.name),
)
PAYMENTS = ListSpec(
    columns={name: getattr(Payment, name) for name in PaymentOut.model_fields},
    default_sort="-paid_on",
    sortable=("paid_on", "amount_minor", "created_at"),
    filterable=("invoice_id", "client_id", "currency", "paid_on", "amount_minor", "external_id", "source"),
    search=(Payment.reference, Payment.external_id),
)
CREDIT_NOTES = ListSpec(
    columns={name: getattr(CreditNote, name) for name in CreditNoteOut.model_fields},
    default_sort="-issued_on",
    sortable=("issued_on", "amount_minor", "number", "created_at"),
    filterable=("invoice_id", "client_id", "currency", "issued_on", "amount_minor", "external_id", "source"),
    search=(CreditNote.number, CreditNote.external_id),
)
