select workspace_id, id as ticket_event_id, ticket_id, client_id, kind, author_kind, occurred_at
from {{ source('raw', 'ticket_event') }}
