-- A day of which nothing is known but how the invoices stand is left out, unless it has a score: the buyers of a shop
-- have no health, and would have thousands of such days each.
{% set inputs = var('policy')['health_weights']['weights'].keys() | list -%}
{% set trend = var('policy')['health_bands']['trend'] -%}
with spans as materialized (
    select *
    from {{ ref('int_client_health') }}
    where coalesce(delivery_score, support_score, engagement_score, sentiment_score, commercial_score) is not null
       or score is not null
),

days as materialized (
    select *, {{ each_day('from_day', 'until_day - 1') }} as on_day
    from spans
)

select
    days.workspace_id,
    days.client_id,
    days.on_day,
    case when days.on_day = workspaces.data_on then date '9999-12-31' else days.on_day + 1 end as until_day,
    cast(case when days.payment_known then greatest(coalesce(days.on_day - days.due_since, 0), 0) end as integer) as days_overdue,
    days.on_time_share,
    days.answered_share,
    cast(days.on_day - days.heard_on as integer) as days_silent,
    days.satisfied_share,
    days.mrr_growth,
    {%- for input in inputs %}
    days.{{ input }}_score,
    days.{{ input }}_weight,
    days.{{ input }}_contribution,
    {%- endfor %}
    days.coverage,
    days.score,
    days.band,
    days.score - before.score as score_change,
    case
        when days.score - before.score > {{ trend['dead_band'] }} then 'up'
        when days.score - before.score < -{{ trend['dead_band'] }} then 'down'
        when days.score - before.score is not null then 'steady'
    end as trend
from days
inner join {{ ref('int_workspaces') }} as workspaces on days.workspace_id = workspaces.workspace_id
left join days as before
    on days.workspace_id = before.workspace_id
    and days.client_id = before.client_id
    and days.on_day = before.on_day + {{ trend['days'] }}
