"""Events as the API shows them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class EventName(StrEnum):
    """Everything that can happen, as noun and past participle. Names are only ever added."""

    WORKSPACE_CREATED = "workspace.created"
    WORKSPACE_UPDATED = "workspace.updated"
    USER_ADDED = "user.added"
    SESSION_STARTED = "session.started"
    SESSION_ENDED = "session.ended"
    PASSWORD_SET = "password.set"
    TOKEN_CREATED = "token.created"
    TOKEN_REVOKED = "token.revoked"
    CLIENT_CREATED = "client.created"
    CLIENT_UPDATED = "client.updated"
    CLIENT_ARCHIVED = "client.archived"
    CLIENT_IMPORTED = "client.imported"
    INVOICE_CREATED = "invoice.created"
    INVOICE_UPDATED = "invoice.updated"
    INVOICE_DELETED = "invoice.deleted"
    INVOICE_ISSUED = "invoice.issued"
    INVOICE_VOIDED = "invoice.voided"
    INVOICE_PAID = "invoice.paid"
    INVOICE_IMPORTED = "invoice.imported"
    PAYMENT_RECORDED = "payment.recorded"
    PAYMENT_IMPORTED = "payment.imported"
    CREDIT_NOTE_ISSUED = "credit_note.issued"
    CREDIT_NOTE_IMPORTED = "credit_note.imported"
    IMPORT_STARTED = "import.started"
    IMPORT_FINISHED = "import.finished"
    REPORT_REQUESTED = "report.requested"
    REPORT_HELD = "report.held"
    REPORT_RELEASED = "report.released"
    REPORT_SENT = "report.sent"
    REPORT_FAILED = "report.failed"


class EventOut(BaseModel):
    """One event. ``data.changed`` maps a field to before and after; ``data.personal`` only names personal fields."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "019a0000-0000-7000-8000-000000000001",
                    "name": "client.updated",
                    "actor_kind": "user",
                    "actor_id": "019a0000-0000-7000-8000-000000000002",
                    "subject_kind": "client",
                    "subject_id": "019a0000-0000-7000-8000-000000000003",
                    "occurred_at": "2026-10-01T09:30:00Z",
                    "data": {"changed": {"currency": {"before": "EUR", "after": "GBP"}}, "personal": ["email"]},
                }
            ]
        }
    )

    id: UUID
    name: str
    actor_kind: str
    actor_id: UUID | None
    subject_kind: str
    subject_id: UUID
    occurred_at: datetime
    data: dict[str, Any]
