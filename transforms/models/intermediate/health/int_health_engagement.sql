-- Days on which the client was heard of: signed in, asked, replied, opened a ticket again, rated, or ordered.
with heard as (
    select workspace_id, subject_id as client_id, occurred_at
    from {{ ref('stg_app__events') }}
    where name = 'client.signed_in' and subject_kind = 'client'
    union all
    select workspace_id, client_id, opened_at as occurred_at from {{ ref('stg_app__tickets') }}
    union all
    select workspace_id, client_id, rated_at as occurred_at
    from {{ ref('stg_app__tickets') }}
    where rated_at is not null
    union all
    select workspace_id, client_id, occurred_at
    from {{ ref('stg_app__ticket_events') }}
    where kind in ('replied', 'rated') or (kind = 'reopened' and author_kind = 'client')
),

orders as (
    select workspace_id, client_id, line_id, min(least(decided_on, started_on)) as on_day
    from {{ ref('stg_app__subscription_items') }}
    group by workspace_id, client_id, line_id
)

select heard.workspace_id, heard.client_id, cast(heard.occurred_at at time zone workspaces.timezone as date) as on_day
from heard
inner join {{ ref('int_workspaces') }} as workspaces on heard.workspace_id = workspaces.workspace_id
union
select workspace_id, client_id, on_day from orders
