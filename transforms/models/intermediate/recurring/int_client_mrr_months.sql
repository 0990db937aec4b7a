-- A client's month in one currency: from the workspace's first recurring revenue to the data date, or to the client's
-- last agreed change. A month is compared with the one before by its last day.
with changes as (
    select
        *,
        sum(mrr_change) over (partition by workspace_id, client_id, currency order by changed_on) as mrr
    from {{ ref('int_client_mrr_changes') }}
    where mrr_change <> 0 or contract_mrr_change <> 0
),

monthly as (
    select
        workspace_id,
        client_id,
        currency,
        cast(date_trunc('month', changed_on) as date) as month_on,
        sum(mrr_change) as mrr_change,
        sum(contract_mrr_change) as contract_mrr_change,
        max(changed_on) as last_changed_on,
        min(changed_on) filter (where mrr > 0) as first_paid_on
    from changes
    group by workspace_id, client_id, currency, date_trunc('month', changed_on)
),

firsts as (
    select workspace_id, min(changed_on) as first_on
    from changes
    group by workspace_id
),

clients as (
    select workspace_id, client_id, currency, max(changed_on) as last_on
    from changes
    group by workspace_id, client_id, currency
),

months as (
    select
        clients.workspace_id,
        clients.client_id,
        clients.currency,
        {{ each_month('firsts.first_on', 'greatest(workspaces.data_on, clients.last_on)') }} as month_on
    from clients
    inner join firsts on clients.workspace_id = firsts.workspace_id
    inner join {{ ref('int_workspaces') }} as workspaces on clients.workspace_id = workspaces.workspace_id
),

running as (
    select
        months.*,
        coalesce(monthly.mrr_change, 0) as mrr_change,
        monthly.first_paid_on,
        sum(coalesce(monthly.mrr_change, 0)) over client_months as closing_mrr,
        sum(coalesce(monthly.contract_mrr_change, 0)) over client_months as contract_mrr,
        max(monthly.last_changed_on) over earlier_months as unpaid_from
    from months
    left join monthly
        on months.workspace_id = monthly.workspace_id
        and months.client_id = monthly.client_id
        and months.currency = monthly.currency
        and months.month_on = monthly.month_on
    window
        client_months as (partition by months.workspace_id, months.client_id, months.currency order by months.month_on),
        earlier_months as (
            partition by months.workspace_id, months.client_id, months.currency
            order by months.month_on
            rows between unbounded preceding and 1 preceding
        )
),

compared as (
    select
        *,
        closing_mrr - mrr_change as opening_mrr,
        coalesce(
            max(closing_mrr) over (
                partition by workspace_id, client_id, currency
                order by month_on
                rows between unbounded preceding and 1 preceding
            ) > 0,
            false
        ) as was_a_client
    from running
),

labelled as (
    select
        *,
        case
            when mrr_change = 0 then 'none'
            when opening_mrr = 0 and not was_a_client then 'new'
            when opening_mrr = 0 then 'reactivation'
            when closing_mrr = 0 then 'churn'
            when mrr_change > 0 then 'expansion'
            else 'contraction'
        end as movement
    from compared
)

select
    workspace_id,
    client_id,
    currency,
    month_on,
    last_day(month_on) as month_ends_on,
    cast(opening_mrr as decimal(24, 8)) as opening_mrr,
    {%- set returns = 'new' if policy('client_returns') == 'new' else 'reactivation' %}
    cast(case when movement = 'new' {{ "or movement = 'reactivation'" if returns == 'new' }} then mrr_change else 0 end as decimal(24, 8)) as new_mrr,
    cast(case when movement = 'expansion' then mrr_change else 0 end as decimal(24, 8)) as expansion_mrr,
    cast(case when movement = '{{ returns }}' and '{{ returns }}' = 'reactivation' then mrr_change else 0 end as decimal(24, 8)) as reactivation_mrr,
    cast(case when movement = 'contraction' then -mrr_change else 0 end as decimal(24, 8)) as contraction_mrr,
    cast(case when movement = 'churn' then -mrr_change else 0 end as decimal(24, 8)) as churned_mrr,
    cast(0 as decimal(24, 8)) as fx_mrr,
    cast(closing_mrr as decimal(24, 8)) as closing_mrr,
    cast(contract_mrr as decimal(24, 8)) as contract_mrr,
    case when movement = 'reactivation' then cast(first_paid_on - unpaid_from as integer) end as gap_days
from labelled
