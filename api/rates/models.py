"""The table of exchange rates."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CHAR, CheckConstraint, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.models import Base, TenantMixin, tenant_keys


class ExchangeRate(TenantMixin, Base):
    """One unit of ``from_currency`` is ``rate`` units of ``to_currency`` from ``rate_on`` until the next rate."""

    __tablename__ = "exchange_rate"
    __table_args__ = tenant_keys(
        UniqueConstraint("workspace_id", "from_currency", "to_currency", "rate_on"),
        CheckConstraint("rate > 0", name="rate"),
        CheckConstraint("from_currency <> to_currency", name="currencies"),
        CheckConstraint("source in ('api', 'import')", name="source"),
    )

    from_currency: Mapped[str] = mapped_column(CHAR(3))
    to_currency: Mapped[str] = mapped_column(CHAR(3))
    rate_on: Mapped[date] = mapped_column()
    rate: Mapped[Decimal] = mapped_column(Numeric(24, 12))
    source: Mapped[str] = mapped_column(default="api")
