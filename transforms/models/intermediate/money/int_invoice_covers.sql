-- What takes away from an invoice's balance, with the day from which it does: a payment dated before the issue counts
-- from the issue. An invoice stated as paid whose payments nobody recorded is covered by that statement.
with invoices as (
    select * from {{ ref('int_invoices_issued') }}
),

recorded as (
    select workspace_id, invoice_id, paid_on as dated_on, 'payment' as kind, amount
    from {{ ref('stg_app__payments') }}
    union all
    select workspace_id, invoice_id, issued_on as dated_on, 'credit_note' as kind, amount
    from {{ ref('stg_app__credit_notes') }}
),

dated as (
    select
        recorded.workspace_id,
        recorded.invoice_id,
        greatest(recorded.dated_on, invoices.issued_on) as covered_on,
        recorded.kind,
        recorded.amount
    from recorded
    inner join invoices
        on recorded.workspace_id = invoices.workspace_id and recorded.invoice_id = invoices.invoice_id
),

summed as (
    select workspace_id, invoice_id, sum(amount) as amount
    from dated
    group by workspace_id, invoice_id
),

stated as (
    select
        invoices.workspace_id,
        invoices.invoice_id,
        greatest(coalesce(invoices.stated_settled_on, invoices.due_on, invoices.issued_on), invoices.issued_on) as covered_on,
        'statement' as kind,
        invoices.total - coalesce(summed.amount, 0) as amount
    from invoices
    left join summed
        on invoices.workspace_id = summed.workspace_id and invoices.invoice_id = summed.invoice_id
    where invoices.status = 'paid'
      and invoices.total > coalesce(summed.amount, 0)
      and '{{ policy("paid_without_payments") }}' = 'settles_when_stated'
)

select workspace_id, invoice_id, covered_on, kind, cast(amount as decimal(24, 8)) as amount from dated
union all
select workspace_id, invoice_id, covered_on, kind, cast(amount as decimal(24, 8)) as amount from stated
