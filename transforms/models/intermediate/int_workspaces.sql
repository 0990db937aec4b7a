-- How a workspace reads days and money, and the last day that its data covers, in its own zone.
select
    workspace_id,
    currency,
    timezone,
    week_starts_on_sunday,
    cast(cast('{{ env_var("LAKE_DATA_AT", run_started_at.isoformat()) }}' as timestamptz) at time zone timezone as date) as data_on
from {{ ref('stg_app__workspaces') }}
