select
    id as workspace_id,
    slug,
    currency,
    timezone,
    lower(cast(week_starts_on as varchar)) in ('sunday', 'sun', '7', '0') as week_starts_on_sunday
from {{ source('raw', 'workspace') }}
