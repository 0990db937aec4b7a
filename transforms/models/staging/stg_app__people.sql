select
    workspace_id,
    id as person_id,
    external_id,
    coalesce(external_id, cast(id as varchar)) as person_key,
    name,
    title,
    is_billable_role,
    region,
    archived_at is not null as is_archived,
    source
from {{ source('raw', 'person') }}
