-- When an invoice was settled: the first day of the time since which it owes nothing. A refund that opens it again
-- takes the settlement back. settled_by_record says whether the day comes from dated facts rather than from a guess.
with open_days as (
    select
        workspace_id,
        invoice_id,
        max(on_day) filter (where open_balance > 0 or (open_balance < 0 and total < 0)) as last_open_on
    from (
        select balances.*, invoices.total
        from {{ ref('int_invoice_balances') }} as balances
        inner join {{ ref('int_invoices_issued') }} as invoices
            on balances.workspace_id = invoices.workspace_id and balances.invoice_id = invoices.invoice_id
    ) as days
    group by workspace_id, invoice_id
),

settled as (
    select balances.workspace_id, balances.invoice_id, min(balances.on_day) as settled_on
    from {{ ref('int_invoice_balances') }} as balances
    inner join open_days
        on balances.workspace_id = open_days.workspace_id and balances.invoice_id = open_days.invoice_id
    where balances.on_day > open_days.last_open_on or open_days.last_open_on is null
    group by balances.workspace_id, balances.invoice_id
),

covers as (
    select
        workspace_id,
        invoice_id,
        sum(amount) filter (where kind = 'payment') as paid,
        sum(amount) filter (where kind = 'credit_note') as credited,
        sum(amount) filter (where kind = 'statement') as stated
    from {{ ref('int_invoice_covers') }}
    group by workspace_id, invoice_id
)

select
    invoices.workspace_id,
    invoices.invoice_id,
    case when invoices.voided_on is null then settled.settled_on end as settled_on,
    invoices.total <> 0 and (covers.stated is null or invoices.stated_settled_on is not null) as settled_by_record,
    cast(coalesce(covers.paid, 0) as decimal(24, 8)) as paid,
    cast(coalesce(covers.credited, 0) as decimal(24, 8)) as credited
from {{ ref('int_invoices_issued') }} as invoices
left join settled
    on invoices.workspace_id = settled.workspace_id and invoices.invoice_id = settled.invoice_id
left join covers
    on invoices.workspace_id = covers.workspace_id and invoices.invoice_id = covers.invoice_id
