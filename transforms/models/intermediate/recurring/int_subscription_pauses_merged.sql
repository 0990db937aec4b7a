-- Pauses that touch or overlap are one; one that nobody has ended lasts.
with pauses as (
    select workspace_id, subscription_id, started_on, coalesce(ended_on, date '9999-12-31') as ended_on
    from {{ ref('stg_app__subscription_pauses') }}
    where ended_on is null or ended_on > started_on
),

reached as (
    select
        *,
        max(ended_on) over (
            partition by workspace_id, subscription_id
            order by started_on, ended_on
            rows between unbounded preceding and 1 preceding
        ) as paused_until
    from pauses
),

numbered as (
    select
        *,
        sum(case when paused_until >= started_on then 0 else 1 end) over (
            partition by workspace_id, subscription_id
            order by started_on, ended_on
            rows between unbounded preceding and current row
        ) as island
    from reached
)

select workspace_id, subscription_id, min(started_on) as paused_on, max(ended_on) as resumed_on
from numbered
group by workspace_id, subscription_id, island
