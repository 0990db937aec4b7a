-- The change of recurring revenue against 90 days before, from the day of each change on: that of the currency in which
-- it fell most, since currencies are never added. Empty where there was none 90 days before.
with steps as (
    select workspace_id, client_id, currency, changed_on as on_day, mrr_change as now_change, 0 as then_change
    from {{ ref('int_client_mrr_changes') }}
    union all
    select workspace_id, client_id, currency, changed_on + 90 as on_day, 0 as now_change, mrr_change as then_change
    from {{ ref('int_client_mrr_changes') }}
),

running as (
    select
        workspace_id,
        client_id,
        currency,
        on_day,
        coalesce(
            lead(on_day) over (partition by workspace_id, client_id, currency order by on_day), date '9999-12-31'
        ) as until_day,
        sum(sum(now_change)) over currency_days as mrr_now,
        sum(sum(then_change)) over currency_days as mrr_then
    from steps
    group by workspace_id, client_id, currency, on_day
    window currency_days as (partition by workspace_id, client_id, currency order by on_day)
),

growth as (
    select
        workspace_id,
        client_id,
        on_day,
        until_day,
        cast(round((mrr_now - mrr_then) / mrr_then, 8) as decimal(18, 8)) as mrr_growth
    from running
    where mrr_then > 0
),

days as (
    select distinct workspace_id, client_id, on_day from running
)

select days.workspace_id, days.client_id, days.on_day, min(growth.mrr_growth) as mrr_growth
from days
left join growth
    on days.workspace_id = growth.workspace_id
    and days.client_id = growth.client_id
    and days.on_day >= growth.on_day
    and days.on_day < growth.until_day
group by days.workspace_id, days.client_id, days.on_day
