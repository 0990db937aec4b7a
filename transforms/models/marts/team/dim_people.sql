select
    workspace_id,
    person_id,
    external_id,
    person_key,
    name,
    title,
    is_billable_role,
    region,
    is_archived,
    source
from {{ ref('stg_app__people') }}
