select workspace_id, credit_note_id, invoice_id, client_id, external_id, number, currency, issued_on, amount, source
from {{ ref('stg_app__credit_notes') }}
