select
    workspace_id,
    id as client_id,
    external_id,
    coalesce(external_id, cast(id as varchar)) as client_key,
    name,
    currency,
    created_on,
    archived_at,
    archived_at is not null as is_archived,
    source
from {{ source('raw', 'client') }}
