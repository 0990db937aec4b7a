select
    workspace_id,
    id as credit_note_id,
    invoice_id,
    client_id,
    external_id,
    number,
    currency,
    issued_on,
    amount_minor,
    {{ units('amount_minor', 'currency') }} as amount,
    source
from {{ source('raw', 'credit_note') }}
