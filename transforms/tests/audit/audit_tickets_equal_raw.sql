{{ config(tags=['audit']) }}
-- Every ticket is there, with an answer and a resolution exactly where it has one, and business time within its time.
select raw_tickets.id as ticket_id
from {{ source('raw', 'ticket') }} as raw_tickets
full outer join {{ ref('fct_tickets') }} as tickets
    on raw_tickets.workspace_id = tickets.workspace_id and raw_tickets.id = tickets.ticket_id
where raw_tickets.id is null
   or tickets.ticket_id is null
   or (raw_tickets.first_response_at is null) <> (tickets.first_response_business_seconds is null)
   or (raw_tickets.resolved_at is null) <> (tickets.resolution_business_seconds is null)
   or tickets.first_response_business_seconds > tickets.first_response_seconds
   or tickets.resolution_business_seconds > tickets.resolution_seconds
