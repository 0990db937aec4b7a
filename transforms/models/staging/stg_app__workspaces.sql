select
    id as workspace_id,
    slug,
    currency,
    timezone,
    cast(week_starts_on as integer) = 6 as week_starts_on_sunday
from {{ source('raw', 'workspace') }}
