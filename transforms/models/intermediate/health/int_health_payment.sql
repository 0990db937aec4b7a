-- Since when the oldest open invoice is due, from the day of each change on; empty while none is past due.
with invoices as (
    select workspace_id, invoice_id, client_id, issued_on, coalesce(due_on, issued_on) as due_on
    from {{ ref('int_invoices_issued') }}
),

spans as (
    select
        balances.workspace_id,
        invoices.client_id,
        invoices.due_on,
        greatest(balances.on_day, invoices.due_on + 1) as from_day,
        coalesce(
            lead(balances.on_day) over (partition by balances.workspace_id, balances.invoice_id order by balances.on_day),
            date '9999-12-31'
        ) as until_day,
        balances.open_balance
    from {{ ref('int_invoice_balances') }} as balances
    inner join invoices on balances.workspace_id = invoices.workspace_id and balances.invoice_id = invoices.invoice_id
),

overdue as (
    select workspace_id, client_id, due_on, from_day, until_day
    from spans
    where open_balance > 0 and from_day < until_day
),

days as (
    select workspace_id, client_id, min(issued_on) as on_day from invoices group by workspace_id, client_id
    union
    select workspace_id, client_id, from_day as on_day from overdue
    union
    select workspace_id, client_id, until_day as on_day from overdue
)

select
    days.workspace_id,
    days.client_id,
    days.on_day,
    min(overdue.due_on) as due_since
from days
left join overdue
    on days.workspace_id = overdue.workspace_id
    and days.client_id = overdue.client_id
    and days.on_day >= overdue.from_day
    and days.on_day < overdue.until_day
group by days.workspace_id, days.client_id, days.on_day
