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
    BRAND_UPDATED = "brand.updated"
    PLAN_SET = "plan.set"
    DOMAIN_CHOSEN = "domain.chosen"
    DOMAIN_VERIFIED = "domain.verified"
    DOMAIN_LOST = "domain.lost"
    DOMAIN_REMOVED = "domain.removed"
    SIGN_ON_SET = "sign_on.set"
    SIGN_ON_CHECKED = "sign_on.checked"
    SIGN_ON_REMOVED = "sign_on.removed"
    USER_ADDED = "user.added"
    USER_JOINED = "user.joined"
    USER_DECLINED = "user.declined"
    USER_UPDATED = "user.updated"
    USER_REMOVED = "user.removed"
    OPERATOR_ENTERED = "operator.entered"
    ROLE_CREATED = "role.created"
    ROLE_UPDATED = "role.updated"
    ROLE_DELETED = "role.deleted"
    NETWORK_ADDED = "network.added"
    NETWORK_REMOVED = "network.removed"
    LINK_REQUESTED = "link.requested"
    SESSION_STARTED = "session.started"
    SESSION_ENDED = "session.ended"
    SESSION_PROVED = "session.proved"
    FACTOR_ADDED = "second_factor.added"
    FACTOR_RENAMED = "second_factor.renamed"
    FACTOR_REMOVED = "second_factor.removed"
    FACTORS_RESET = "second_factors.reset"
    RECOVERY_CODES_MADE = "recovery_codes.made"
    SIGN_IN_POLICY_SET = "sign_in_policy.set"
    PASSWORD_SET = "password.set"
    PROFILE_UPDATED = "profile.updated"
    EMAIL_CHANGE_REQUESTED = "email.change_requested"
    EMAIL_CHANGED = "email.changed"
    TOKEN_CREATED = "token.created"
    TOKEN_REVOKED = "token.revoked"
    CLIENT_CREATED = "client.created"
    CLIENT_UPDATED = "client.updated"
    CLIENT_ARCHIVED = "client.archived"
    CLIENT_RESTORED = "client.restored"
    CLIENT_IMPORTED = "client.imported"
    INVOICE_CREATED = "invoice.created"
    INVOICE_UPDATED = "invoice.updated"
    INVOICE_DELETED = "invoice.deleted"
    INVOICE_RESTORED = "invoice.restored"
    INVOICE_ISSUED = "invoice.issued"
    INVOICE_VOIDED = "invoice.voided"
    INVOICE_PAID = "invoice.paid"
    INVOICE_IMPORTED = "invoice.imported"
    PAYMENT_RECORDED = "payment.recorded"
    PAYMENT_IMPORTED = "payment.imported"
    CREDIT_NOTE_ISSUED = "credit_note.issued"
    CREDIT_NOTE_IMPORTED = "credit_note.imported"
    SERVICE_CREATED = "service.created"
    SERVICE_UPDATED = "service.updated"
    SERVICE_ARCHIVED = "service.archived"
    SERVICE_RESTORED = "service.restored"
    SERVICE_IMPORTED = "service.imported"
    EXCHANGE_RATE_RECORDED = "exchange_rate.recorded"
    EXCHANGE_RATE_DELETED = "exchange_rate.deleted"
    EXCHANGE_RATE_IMPORTED = "exchange_rate.imported"
    SUBSCRIPTION_CREATED = "subscription.created"
    SUBSCRIPTION_CHANGED = "subscription.changed"
    SUBSCRIPTION_PAUSED = "subscription.paused"
    SUBSCRIPTION_RESUMED = "subscription.resumed"
    SUBSCRIPTION_CANCELLED = "subscription.cancelled"
    SUBSCRIPTION_CANCELLATION_WITHDRAWN = "subscription.cancellation_withdrawn"
    SUBSCRIPTION_CORRECTED = "subscription.corrected"
    SUBSCRIPTION_IMPORTED = "subscription.imported"
    PROJECT_CREATED = "project.created"
    PROJECT_UPDATED = "project.updated"
    PROJECT_ARCHIVED = "project.archived"
    PROJECT_RESTORED = "project.restored"
    PROJECT_IMPORTED = "project.imported"
    MILESTONE_CREATED = "milestone.created"
    MILESTONE_UPDATED = "milestone.updated"
    MILESTONE_DELETED = "milestone.deleted"
    MILESTONE_RESTORED = "milestone.restored"
    MILESTONE_IMPORTED = "milestone.imported"
    TASK_CREATED = "task.created"
    TASK_UPDATED = "task.updated"
    TASK_DELETED = "task.deleted"
    TASK_RESTORED = "task.restored"
    TASK_IMPORTED = "task.imported"
    PERSON_CREATED = "person.created"
    PERSON_UPDATED = "person.updated"
    PERSON_ARCHIVED = "person.archived"
    PERSON_RESTORED = "person.restored"
    PERSON_IMPORTED = "person.imported"
    PERSON_RATE_SET = "person_rate.set"
    WORKING_HOURS_SET = "working_hours.set"
    WORKING_HOURS_IMPORTED = "working_hours.imported"
    HOLIDAY_CREATED = "holiday.created"
    HOLIDAY_DELETED = "holiday.deleted"
    HOLIDAY_IMPORTED = "holiday.imported"
    TIME_OFF_CREATED = "time_off.created"
    TIME_OFF_UPDATED = "time_off.updated"
    TIME_OFF_DELETED = "time_off.deleted"
    TIME_OFF_RESTORED = "time_off.restored"
    TIME_OFF_IMPORTED = "time_off.imported"
    TIME_ENTRY_CREATED = "time_entry.created"
    TIME_ENTRY_UPDATED = "time_entry.updated"
    TIME_ENTRY_DELETED = "time_entry.deleted"
    TIME_ENTRY_RESTORED = "time_entry.restored"
    TIME_ENTRY_IMPORTED = "time_entry.imported"
    TICKET_OPENED = "ticket.opened"
    TICKET_UPDATED = "ticket.updated"
    TICKET_ANSWERED = "ticket.answered"
    TICKET_REPLIED = "ticket.replied"
    TICKET_NOTED = "ticket.noted"
    TICKET_WAITING = "ticket.waiting"
    TICKET_RESUMED = "ticket.resumed"
    TICKET_RESOLVED = "ticket.resolved"
    TICKET_REOPENED = "ticket.reopened"
    TICKET_RATED = "ticket.rated"
    TICKET_IMPORTED = "ticket.imported"
    BUSINESS_HOURS_SET = "business_hours.set"
    SLA_TARGET_SET = "sla_target.set"
    HEALTH_WEIGHT_SET = "health_weight.set"
    CONTACT_CREATED = "contact.created"
    CONTACT_UPDATED = "contact.updated"
    CONTACT_DELETED = "contact.deleted"
    CONTACT_RESTORED = "contact.restored"
    CLIENT_TAGGED = "client.tagged"
    CLIENT_UNTAGGED = "client.untagged"
    CLIENT_SIGNED_IN = "client.signed_in"
    IMPORT_STARTED = "import.started"
    IMPORT_FINISHED = "import.finished"
    IMPORT_FAILED = "import.failed"
    VIEW_CREATED = "view.created"
    VIEW_UPDATED = "view.updated"
    VIEW_DELETED = "view.deleted"
    REPORT_REQUESTED = "report.requested"
    REPORT_HELD = "report.held"
    REPORT_RELEASED = "report.released"
    REPORT_SENT = "report.sent"
    REPORT_FAILED = "report.failed"
    REPORT_DRAFTED = "report.drafted"
    REPORT_APPROVED = "report.approved"
    REPORT_WITHDRAWN = "report.withdrawn"
    REPORT_SETTINGS_SET = "report_settings.set"


TOLD = frozenset(
    {
        EventName.INVOICE_ISSUED,
        EventName.INVOICE_PAID,
        EventName.TASK_CREATED,
        EventName.TASK_UPDATED,
        EventName.TICKET_OPENED,
        EventName.TICKET_UPDATED,
        EventName.TICKET_REPLIED,
        EventName.TICKET_ANSWERED,
        EventName.IMPORT_FINISHED,
        EventName.IMPORT_FAILED,
        EventName.REPORT_DRAFTED,
        EventName.REPORT_HELD,
        EventName.REPORT_FAILED,
        EventName.REPORT_SENT,
        EventName.USER_JOINED,
        EventName.DOMAIN_LOST,
    }
)
"""Events that members may be told of; the dispatcher looks at each of these once, and at no other."""


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


class ActivityOut(EventOut):
    """One event with the address that it came from; null where none is kept (any more) or nobody was at a browser."""

    address: str | None
