select
    workspace_id,
    id as payment_id,
    invoice_id,
    client_id,
    external_id,
    currency,
    paid_on,
    {{ units('amount_minor', 'currency') }} as amount,
    method,
    amount_minor < 0 as is_refund,
    source
from {{ source('raw', 'payment') }}
