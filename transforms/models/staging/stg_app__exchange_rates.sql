select workspace_id, id as exchange_rate_id, from_currency, to_currency, rate_on, rate, source
from {{ source('raw', 'exchange_rate') }}
