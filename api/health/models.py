"""The table of weights."""

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.models import Base, TenantMixin, tenant_keys


class HealthWeight(TenantMixin, Base):
    """The weight of one input of the score in this workspace; without a row the policy's default counts."""

    __tablename__ = "health_weight"
    __table_args__ = tenant_keys(
        UniqueConstraint("workspace_id", "input"),
        CheckConstraint(
            "input in ('payment', 'delivery', 'support', 'engagement', 'sentiment', 'commercial')", name="input"
        ),
        CheckConstraint("weight between 0 and 100", name="weight"),
    )

    input: Mapped[str] = mapped_column()
    weight: Mapped[int] = mapped_column()
