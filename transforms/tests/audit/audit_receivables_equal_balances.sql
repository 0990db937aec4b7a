{{ config(tags=['audit']) }}
-- The movements of every invoice add up to what is still owed on it, computed here from the totals and not by day.
with paid as (
    select workspace_id, invoice_id, sum(amount_minor) as covered
    from (
        select workspace_id, invoice_id, amount_minor from {{ source('raw', 'payment') }}
        union all
        select workspace_id, invoice_id, amount_minor from {{ source('raw', 'credit_note') }}
    ) as covers
    group by workspace_id, invoice_id
),

owed as (
    select
        invoices.workspace_id,
        invoices.id as invoice_id,
        {{ units('invoices.total_minor - coalesce(paid.covered, 0)', 'invoices.currency') }} as open_balance
    from {{ source('raw', 'invoice') }} as invoices
    left join paid on invoices.workspace_id = paid.workspace_id and invoices.id = paid.invoice_id
    where invoices.status not in ('draft', 'void')
      and invoices.total_minor > 0
      and not (invoices.status = 'paid' and '{{ policy("paid_without_payments") }}' = 'settles_when_stated')
),

moved as (
    select workspace_id, invoice_id, sum(open_change) as open_balance
    from {{ ref('fct_receivable_movements') }}
    group by workspace_id, invoice_id
)

select owed.workspace_id, owed.invoice_id, owed.open_balance as owed, moved.open_balance as moved
from owed
left join moved on owed.workspace_id = moved.workspace_id and owed.invoice_id = moved.invoice_id
where {% if policy('credit_balances') == 'negative' %}owed.open_balance{% else %}greatest(owed.open_balance, 0){% endif %} <> coalesce(moved.open_balance, 0)
