select workspace_id, id as health_weight_id, input, weight
from {{ source('raw', 'health_weight') }}
