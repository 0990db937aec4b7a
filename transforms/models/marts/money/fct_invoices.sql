select
    invoices.workspace_id,
    invoices.invoice_id,
    invoices.client_id,
    invoices.external_id,
    invoices.number,
    invoices.status,
    invoices.currency,
    invoices.issued_on,
    invoices.due_on,
    invoices.subtotal,
    invoices.tax,
    invoices.total,
    settlements.paid,
    settlements.credited,
    settlements.settled_on,
    invoices.voided_on,
    case
        when settlements.settled_by_record
          or '{{ policy("settlement_without_date") }}' = 'counts'
        then cast(settlements.settled_on - invoices.issued_on as integer)
    end as days_to_pay,
    cast(greatest(settlements.settled_on - invoices.due_on, 0) as integer) as days_late,
    invoices.source
from {{ ref('int_invoices_issued') }} as invoices
inner join {{ ref('int_invoice_settlements') }} as settlements
    on invoices.workspace_id = settlements.workspace_id and invoices.invoice_id = settlements.invoice_id
