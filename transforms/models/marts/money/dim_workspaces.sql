select workspace_id, slug, currency, timezone, week_starts_on_sunday
from {{ ref('stg_app__workspaces') }}
