select workspace_id, id as pause_id, subscription_id, client_id, started_on, ended_on
from {{ source('raw', 'subscription_pause') }}
