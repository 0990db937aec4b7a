"""Who comes with a session, a token or the operator's word, found and counted in one statement.

Each gives one row, or none for nobody: what :func:`api.identity.authentication.actor_from` reads, ``let_in`` (whether
the workspace's networks allow the address), and ``allowed_from``, the caller's rate limit after this request. That is
empty where the request was not counted: too early, not let in, or at the host of another workspace (``workspace``).
"""

from api.kit.rate_limit import counting

_HERE = "(%(workspace)s::uuid is null or workspace_id = %(workspace)s::uuid)"

SESSION = f"""
with who as materialized (
    select * from signin.session_by_hash(%(hash)s, %(now)s, %(place)s::inet)
), counted as (
    {counting("'session:' || id", "%(interval)s", f"from who where let_in and {_HERE}")}
)
select who.*, (select allowed_from from counted) as allowed_from from who"""
"""Of a cookie's ``hash``; ``interval`` and ``window`` are the limit's."""

TOKEN = f"""
with who as materialized (
    select * from signin.token_by_hash(%(hash)s, %(now)s, %(address)s, %(place)s::inet)
), plan as materialized (
    select id, coalesce(signin.requests_per_minute(workspace_id, %(day)s), %(least)s) as requests_per_minute
    from who where let_in and {_HERE}
), counted as (
    {counting("'token:' || id", "interval '1 minute' / requests_per_minute", "from plan")}
)
select who.*, (select requests_per_minute from plan), (select allowed_from from counted) as allowed_from from who"""
"""Of an API token's ``hash``, with what its workspace's plan allows in a minute, ``least`` where nothing is said."""

OPERATOR = f"""
with who as materialized (
    select signin.workspace_by_slug(%(slug)s) as workspace_id
), counted as (
    {counting("'operator:' || workspace_id", "%(interval)s", f"from who where workspace_id is not null and {_HERE}")}
)
select workspace_id, true as let_in, (select allowed_from from counted) as allowed_from from who
where workspace_id is not null"""
"""Of the workspace's ``slug`` that the operator's word names."""
