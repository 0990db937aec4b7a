select workspace_id, payment_id, invoice_id, client_id, external_id, currency, paid_on, amount, method, is_refund, source
from {{ ref('stg_app__payments') }}
