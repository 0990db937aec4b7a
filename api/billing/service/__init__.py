"""What may be done in billing, split by verb: each locks, checks, changes and records."""

from api.billing.service.collect import credit, record_payment
from api.billing.service.draft import create, delete_draft, update
from api.billing.service.issue import issue, void
from api.billing.service.shared import open_minor

__all__ = ["create", "credit", "delete_draft", "issue", "open_minor", "record_payment", "update", "void"]
