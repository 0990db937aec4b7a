select workspace_id, entry_id, invoice_id, client_id, currency, kind, recognised_on, amount, voided_on
from {{ ref('int_recognised_days') }}
