select workspace_id, id as client_tag_id, client_id, tag
from {{ source('raw', 'client_tag') }}
