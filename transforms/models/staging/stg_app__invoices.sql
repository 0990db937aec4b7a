select
    workspace_id,
    id as invoice_id,
    client_id,
    external_id,
    number,
    status,
    currency,
    issued_on,
    due_on,
    subtotal_minor,
    total_minor,
    {{ units('subtotal_minor', 'currency') }} as subtotal,
    {{ units('tax_minor', 'currency') }} as tax,
    {{ units('total_minor', 'currency') }} as total,
    settled_on as stated_settled_on,
    case when status = 'void' then coalesce(voided_on, issued_on) end as voided_on,
    source
from {{ source('raw', 'invoice') }}
