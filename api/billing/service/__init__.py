"""What may be done in billing, split by verb: each locks, checks, changes and records.

Imports write many rows at once and settle by the same pure rules, so tables and rules stand here for them too.
"""

from api.billing import amounts, periods, states
from api.billing.models import CreditNote, Invoice, InvoiceLine, Payment
from api.billing.repository import findable
from api.billing.service.collect import credit, record_payment
from api.billing.service.draft import create, delete_draft, restore_draft, update
from api.billing.service.issue import DAYS_TO_PAY, issue, void
from api.billing.service.reading import on_paper, sample_on_paper, told
from api.billing.service.shared import open_minor

__all__ = [
    "DAYS_TO_PAY",
    "CreditNote",
    "Invoice",
    "InvoiceLine",
    "Payment",
    "amounts",
    "create",
    "credit",
    "delete_draft",
    "findable",
    "issue",
    "on_paper",
    "open_minor",
    "periods",
    "record_payment",
    "restore_draft",
    "sample_on_paper",
    "states",
    "told",
    "update",
    "void",
]
