-- Step by step: the client's revenue and its invoices past due, and their product's changes.
with overdue as (
    select
        balances.workspace_id,
        invoices.client_id,
        greatest(balances.on_day, invoices.due_on + 1) as from_day,
        coalesce(
            lead(balances.on_day) over (partition by balances.workspace_id, balances.invoice_id order by balances.on_day),
            date '9999-12-31'
        ) as until_day,
        balances.open_balance
    from {{ ref('int_invoice_balances') }} as balances
    inner join {{ ref('int_invoices_issued') }} as invoices
        on balances.workspace_id = invoices.workspace_id and balances.invoice_id = invoices.invoice_id
),

turns as (
    select workspace_id, client_id, from_day as on_day, 1 as turn from overdue where open_balance > 0 and from_day < until_day
    union all
    select workspace_id, client_id, until_day as on_day, -1 as turn from overdue where open_balance > 0 and from_day < until_day
),

currencies as (
    select distinct workspace_id, client_id, currency from {{ ref('int_client_mrr_changes') }}
),

steps as (
    select workspace_id, client_id, currency, changed_on as on_day, mrr_change, 0 as turn
    from {{ ref('int_client_mrr_changes') }}
    union all
    select turns.workspace_id, turns.client_id, currencies.currency, turns.on_day, 0 as mrr_change, turns.turn
    from turns
    inner join currencies on turns.workspace_id = currencies.workspace_id and turns.client_id = currencies.client_id
    where turns.on_day < date '9999-12-31'
),

days as (
    select workspace_id, client_id, currency, on_day, sum(mrr_change) as mrr_change, sum(turn) as turn
    from steps
    group by workspace_id, client_id, currency, on_day
),

standing as (
    select
        workspace_id,
        client_id,
        currency,
        on_day,
        case
            when sum(turn) over client_days > 0 then sum(mrr_change) over client_days
            else 0
        end as at_risk_mrr
    from days
    window client_days as (partition by workspace_id, client_id, currency order by on_day)
),

changes as (
    select
        workspace_id,
        client_id,
        currency,
        on_day as changed_on,
        cast(
            at_risk_mrr - lag(at_risk_mrr, 1, 0) over (partition by workspace_id, client_id, currency order by on_day)
            as decimal(24, 8)
        ) as at_risk_mrr_change
    from standing
)

select workspace_id, client_id, currency, changed_on, at_risk_mrr_change
from changes
where at_risk_mrr_change <> 0
