select
    workspace_id,
    client_id,
    external_id,
    client_key,
    name,
    currency,
    created_on,
    is_archived,
    source
from {{ ref('stg_app__clients') }}
