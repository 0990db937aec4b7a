select workspace_id, id as holiday_id, on_date, name, region
from {{ source('raw', 'holiday') }}
