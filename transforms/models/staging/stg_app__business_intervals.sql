select workspace_id, id as business_interval_id, weekday, opens_minute, closes_minute
from {{ source('raw', 'business_interval') }}
