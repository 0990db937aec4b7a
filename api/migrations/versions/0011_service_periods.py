"""When an invoice line is delivered (pre: new columns that may be empty)."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE invoice_line ADD COLUMN service_from TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE invoice_line ADD COLUMN service_until TIMESTAMP WITH TIME ZONE",
    """
    ALTER TABLE invoice_line ADD CONSTRAINT ck_invoice_line_service_both
        CHECK ((service_from is null) = (service_until is null))
    """,
    """
    ALTER TABLE invoice_line ADD CONSTRAINT ck_invoice_line_service_period
        CHECK (service_until > service_from and service_until <= service_from + interval '10 years 1 day')
    """,
)


def upgrade() -> None:
    """Add the two ends of the period."""
    op.execute("set local lock_timeout = '5s'")
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop them again, with the constraints that name them."""
    for column in ("service_until", "service_from"):
        op.execute(f"alter table invoice_line drop column {column}")
