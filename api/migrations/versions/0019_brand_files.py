"""A brand's pictures and styles in a table of their own (pre: a new table; logos move out of ``workspace.brand``)."""

from alembic import op

from api.migrations.row_security import secure

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLE = """
    CREATE TABLE brand_file (
        kind VARCHAR NOT NULL,
        sha256 VARCHAR NOT NULL,
        media_type VARCHAR NOT NULL,
        content BYTEA NOT NULL,
        width INTEGER,
        height INTEGER,
        source VARCHAR,
        id UUID NOT NULL,
        workspace_id UUID NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_brand_file PRIMARY KEY (id),
        CONSTRAINT uq_brand_file_workspace_id_id UNIQUE (workspace_id, id),
        CONSTRAINT uq_brand_file_workspace_id_kind_sha256 UNIQUE (workspace_id, kind, sha256),
        CONSTRAINT fk_brand_file_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspace (id),
        CONSTRAINT ck_brand_file_kind CHECK (kind in ('logo', 'favicon', 'style'))
    )
"""
MOVE = (
    # The owner is bound by row security as everybody is; this statement's rows belong to all workspaces.
    "alter table workspace no force row level security",
    """
    with logo as (
        select id, decode(regexp_replace(brand ->> 'logo_png', '^data:[^,]*,', ''), 'base64') as content
        from workspace where brand ->> 'logo_png' ~ '^(data:image/png;base64,)?[A-Za-z0-9+/]+=*$'
    )
    insert into brand_file (id, workspace_id, kind, sha256, media_type, content)
    select gen_random_uuid(), id, 'logo', encode(sha256(content), 'hex'), 'image/png', content from logo
    """,
    """
    update workspace w set brand = (w.brand - '{logo_png,logo_svg}'::text[])
        || coalesce((select jsonb_build_object('logo', f.sha256) from brand_file f where f.workspace_id = w.id), '{}')
    where w.brand ?| array['logo_png', 'logo_svg']
    """,
    "alter table workspace force row level security",
)
HASH_ONLY = """
create function signin.brand_file(wanted text) returns table (content bytea, media_type varchar)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select f.content, f.media_type from public.brand_file f where f.sha256 = wanted limit 1
$$
"""
AT_DOOR = """
create function signin.workspace_at_door(host text) returns uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select coalesce(
        (select w.id from public.workspace w where w.host = lower($1)),
        (select (array_agg(one.id))[1] from (select w.id from public.workspace w limit 2) as one having count(*) = 1)
    )
$$
"""
FUNCTIONS = {"brand_file(text)": HASH_ONLY, "workspace_at_door(text)": AT_DOOR}


def upgrade() -> None:
    """Create the table, closed to other workspaces; a file is also found by its hash alone, at the sign-in page."""
    op.execute("set local lock_timeout = '5s'")
    op.execute(TABLE)
    op.execute("create index ix_brand_file_sha256 on brand_file (sha256)")
    for statement in MOVE:
        op.get_bind().exec_driver_sql(statement)
    secure(op, "brand_file")
    op.execute("create policy signin on brand_file for select to imisofts_signin using (true)")
    op.execute("grant select on brand_file to imisofts_signin")
    op.execute("grant create on schema signin to imisofts_signin")
    for signature, statement in FUNCTIONS.items():
        op.execute(statement)
        op.execute(f"revoke all on function signin.{signature} from public")
        op.execute(f"grant execute on function signin.{signature} to imisofts_app")
        op.execute(f"alter function signin.{signature} owner to imisofts_signin")
    op.execute("revoke create on schema signin from imisofts_signin")


def downgrade() -> None:
    """Drop them again; the workspace keeps the logo's hash, which then names nothing."""
    for signature in FUNCTIONS:
        op.execute(f"drop function signin.{signature}")
    op.execute("drop table brand_file")
