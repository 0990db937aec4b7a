"""One-time links go by mail: why each was made, and what became of its mail (pre: new columns with defaults)."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS = {
    "purpose": "varchar not null default 'invitation'"
    " constraint ck_sign_in_link_purpose check (purpose in ('invitation', 'reset', 'notice'))",
    "created_at": "timestamptz not null default now()",
    "sending_at": "timestamptz",
    "mailed_at": "timestamptz",
    "problem": "varchar",
}


def upgrade() -> None:
    """Add them; whoever is a member so far has come in."""
    op.execute("set local lock_timeout = '5s'")
    for name, definition in COLUMNS.items():
        op.execute(f"alter table sign_in_link add column {name} {definition}")
    op.execute("alter table membership add column joined_at timestamptz default now()")
    op.execute("alter table membership alter column joined_at drop default")


def downgrade() -> None:
    """Drop them again."""
    op.execute("alter table membership drop column joined_at")
    for name in reversed(COLUMNS):
        op.execute(f"alter table sign_in_link drop column {name}")
