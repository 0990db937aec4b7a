"""Tables of billing. Amounts are integers in the currency's smallest unit; quantities and prices are decimals.

``touched_at`` is set when an imported row is changed here; an import leaves such a row alone from then on.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CHAR, BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.models import Base, TenantMixin

LAKE = {"info": {"lake": True}}


class Invoice(TenantMixin, Base):
    """An invoice. The number comes when it is issued: gapless per series here, the external id where it was imported
    (``series`` is empty then). ``paid_minor + credited_minor`` never exceeds ``total_minor``."""

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "external_id"),
        UniqueConstraint("workspace_id", "series", "number"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        ForeignKeyConstraint(["workspace_id", "client_id"], ["client.workspace_id", "client.id"]),
        CheckConstraint("status in ('draft', 'issued', 'partly_paid', 'paid', 'void')", name="status"),
        CheckConstraint("source in ('api', 'import')", name="source"),
        CheckConstraint("total_minor = subtotal_minor + tax_minor and total_minor >= 0", name="total"),
        CheckConstraint("paid_minor >= 0 and credited_minor >= 0", name="not_negative"),
        CheckConstraint("paid_minor + credited_minor <= total_minor", name="never_overpaid"),
        CheckConstraint("status = 'draft' or (number is not null and issued_on is not null)", name="issued"),
        Index("ix_invoice_client", "workspace_id", "client_id"),
        Index("ix_invoice_list", "workspace_id", "issued_on", "id"),
        LAKE,
    )

    client_id: Mapped[UUID] = mapped_column()
    external_id: Mapped[str | None] = mapped_column()
    series: Mapped[str | None] = mapped_column()
    number: Mapped[str | None] = mapped_column()
    status: Mapped[str] = mapped_column(default="draft")
    currency: Mapped[str] = mapped_column(CHAR(3))
    issued_on: Mapped[date | None] = mapped_column()
    due_on: Mapped[date | None] = mapped_column()
    subtotal_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    tax_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    total_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    paid_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    credited_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    settled_on: Mapped[date | None] = mapped_column()
    voided_on: Mapped[date | None] = mapped_column()
    note: Mapped[str | None] = mapped_column()
    source: Mapped[str] = mapped_column(default="api")
    touched_at: Mapped[datetime | None] = mapped_column()


class InvoiceLine(TenantMixin, Base):
    """One line of an invoice; an imported invoice has exactly one.

    ``service_from`` to ``service_until`` (exclusive) is when it is delivered, where that is not the day of issue:
    revenue is recognised over it."""

    __tablename__ = "invoice_line"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "invoice_id", "position"),
        ForeignKeyConstraint(["workspace_id", "invoice_id"], ["invoice.workspace_id", "invoice.id"]),
        CheckConstraint("(service_from is null) = (service_until is null)", name="service_both"),
        CheckConstraint(
            "service_until > service_from and service_until <= service_from + interval '10 years 1 day'",
            name="service_period",
        ),
        LAKE,
    )

    invoice_id: Mapped[UUID] = mapped_column()
    position: Mapped[int] = mapped_column()
    description: Mapped[str] = mapped_column()
    quantity: Mapped[Decimal] = mapped_column(Numeric(24, 8))
    unit_price: Mapped[Decimal] = mapped_column(Numeric(24, 8))
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(9, 6))
    net_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)
    service_from: Mapped[datetime | None] = mapped_column()
    service_until: Mapped[datetime | None] = mapped_column()


class Payment(TenantMixin, Base):
    """Money that came in for one invoice; a negative amount is a refund. Never edited, only countered."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "external_id"),
        ForeignKeyConstraint(["workspace_id", "invoice_id"], ["invoice.workspace_id", "invoice.id"]),
        ForeignKeyConstraint(["workspace_id", "client_id"], ["client.workspace_id", "client.id"]),
        CheckConstraint("amount_minor <> 0", name="amount"),
        CheckConstraint("source in ('api', 'import')", name="source"),
        Index("ix_payment_invoice", "workspace_id", "invoice_id"),
        Index("ix_payment_list", "workspace_id", "paid_on", "id"),
        LAKE,
    )

    invoice_id: Mapped[UUID] = mapped_column()
    client_id: Mapped[UUID] = mapped_column()
    external_id: Mapped[str | None] = mapped_column()
    paid_on: Mapped[date] = mapped_column()
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(CHAR(3))
    method: Mapped[str | None] = mapped_column()
    reference: Mapped[str | None] = mapped_column()
    source: Mapped[str] = mapped_column(default="api")
    touched_at: Mapped[datetime | None] = mapped_column()


class CreditNote(TenantMixin, Base):
    """An amount taken off one issued invoice."""

    __tablename__ = "credit_note"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "external_id"),
        UniqueConstraint("workspace_id", "series", "number"),
        ForeignKeyConstraint(["workspace_id", "invoice_id"], ["invoice.workspace_id", "invoice.id"]),
        ForeignKeyConstraint(["workspace_id", "client_id"], ["client.workspace_id", "client.id"]),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("source in ('api', 'import')", name="source"),
        Index("ix_credit_note_invoice", "workspace_id", "invoice_id"),
        Index("ix_credit_note_list", "workspace_id", "issued_on", "id"),
        LAKE,
    )

    invoice_id: Mapped[UUID] = mapped_column()
    client_id: Mapped[UUID] = mapped_column()
    series: Mapped[str | None] = mapped_column()
    number: Mapped[str] = mapped_column()
    external_id: Mapped[str | None] = mapped_column()
    issued_on: Mapped[date] = mapped_column()
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(CHAR(3))
    reason: Mapped[str | None] = mapped_column()
    source: Mapped[str] = mapped_column(default="api")
    touched_at: Mapped[datetime | None] = mapped_column()
