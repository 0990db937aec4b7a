select
    workspace_id,
    id as project_id,
    client_id,
    external_id,
    coalesce(external_id, cast(id as varchar)) as project_key,
    name,
    budget_minutes,
    {{ units('fixed_fee_minor', 'currency') }} as fixed_fee,
    currency,
    started_on,
    due_on,
    completed_on,
    archived_at is not null as is_archived,
    source
from {{ source('raw', 'project') }}
