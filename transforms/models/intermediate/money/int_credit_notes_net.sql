-- What a credit note takes off without tax: its share of the invoice's, in whole minor units, so that notes over the
-- whole invoice take off the whole of it.
with credited as (
    select
        notes.workspace_id,
        notes.credit_note_id,
        notes.invoice_id,
        notes.issued_on,
        invoices.subtotal_minor,
        invoices.total_minor,
        sum(notes.amount_minor) over (
            partition by notes.workspace_id, notes.invoice_id order by notes.issued_on, notes.credit_note_id
            rows between unbounded preceding and current row
        ) as to_date_minor
    from {{ ref('stg_app__credit_notes') }} as notes
    inner join {{ ref('int_invoices_issued') }} as invoices
        on notes.workspace_id = invoices.workspace_id and notes.invoice_id = invoices.invoice_id
    where invoices.total_minor > 0
),

shares as (
    select *, {{ cut_share('subtotal_minor', 'to_date_minor', 'total_minor') }} as net_to_date
    from credited
)

select
    workspace_id,
    credit_note_id,
    invoice_id,
    issued_on,
    net_to_date - lag(net_to_date, 1, 0) over (
        partition by workspace_id, invoice_id order by issued_on, credit_note_id
    ) as net_minor
from shares
