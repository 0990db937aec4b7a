select
    workspace_id,
    id as invoice_line_id,
    invoice_id,
    net_minor,
    service_from,
    service_until
from {{ source('raw', 'invoice_line') }}
