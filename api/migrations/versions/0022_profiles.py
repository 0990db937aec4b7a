"""Who a person is to us: language, time zone and phone; and an agency's language (pre: columns that may be empty)."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

LOCALES = "('en', 'en_GB', 'de', 'de_AT', 'de_CH')"
COLUMNS = {
    "locale": f"varchar constraint ck_app_user_locale check (locale in {LOCALES})",
    "timezone": "varchar",
    "phone": "varchar",
    "version": "integer not null default 1",
}


def upgrade() -> None:
    """Add them. Row security shows and lets change only who is a member of the workspace that is bound."""
    op.execute("set local lock_timeout = '5s'")
    for name, definition in COLUMNS.items():
        op.execute(f"alter table app_user add column {name} {definition}")
    op.execute(f"grant select ({', '.join(COLUMNS)}) on app_user to imisofts_app")
    op.execute("grant update (name, locale, timezone, phone, version) on app_user to imisofts_app")
    op.execute(
        f"alter table workspace add column locale varchar constraint ck_workspace_locale check (locale in {LOCALES})"
    )


def downgrade() -> None:
    """Drop them again, and the right to change a name."""
    op.execute("revoke update (name) on app_user from imisofts_app")
    op.execute("alter table workspace drop column locale")
    for name in reversed(COLUMNS):
        op.execute(f"alter table app_user drop column {name}")
