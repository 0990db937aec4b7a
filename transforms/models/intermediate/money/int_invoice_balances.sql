-- The open balance of every invoice at the end of each day on which it changed.
with invoices as (
    select * from {{ ref('int_invoices_issued') }}
),

days as (
    select workspace_id, invoice_id, issued_on as on_day, cast(0 as decimal(24, 8)) as covered from invoices
    union all
    select workspace_id, invoice_id, voided_on as on_day, cast(0 as decimal(24, 8)) as covered
    from invoices
    where voided_on is not null
    union all
    select workspace_id, invoice_id, covered_on as on_day, amount as covered from {{ ref('int_invoice_covers') }}
),

summed as (
    select workspace_id, invoice_id, on_day, sum(covered) as covered
    from days
    group by workspace_id, invoice_id, on_day
),

running as (
    select
        workspace_id,
        invoice_id,
        on_day,
        sum(covered) over (
            partition by workspace_id, invoice_id order by on_day
            rows between unbounded preceding and current row
        ) as covered_to_date
    from summed
)

select
    running.workspace_id,
    running.invoice_id,
    invoices.client_id,
    invoices.currency,
    invoices.due_on,
    running.on_day,
    cast(
        case
            when running.on_day >= invoices.voided_on then 0
            when '{{ policy("credit_balances") }}' = 'negative' then invoices.total - running.covered_to_date
            when invoices.total < 0 then least(invoices.total - running.covered_to_date, 0)
            else greatest(invoices.total - running.covered_to_date, 0)
        end as decimal(24, 8)
    ) as open_balance
from running
inner join invoices
    on running.workspace_id = invoices.workspace_id and running.invoice_id = invoices.invoice_id
