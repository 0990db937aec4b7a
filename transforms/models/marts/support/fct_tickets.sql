select
    tickets.workspace_id,
    tickets.ticket_id,
    tickets.client_id,
    tickets.assignee_id as person_id,
    tickets.external_id,
    tickets.number,
    tickets.priority,
    tickets.status,
    cast(tickets.opened_at at time zone workspaces.timezone as date) as opened_on,
    cast(tickets.first_response_at at time zone workspaces.timezone as date) as first_response_on,
    cast(tickets.resolved_at at time zone workspaces.timezone as date) as resolved_on,
    cast(
        case when tickets.is_satisfied is not null then coalesce(tickets.rated_at, tickets.resolved_at, tickets.opened_at) end
        at time zone workspaces.timezone as date
    ) as rated_on,
    cast((epoch_us(tickets.first_response_at) - epoch_us(tickets.opened_at)) // 1000000 as bigint) as first_response_seconds,
    cast(answers.business_seconds as bigint) as first_response_business_seconds,
    cast((epoch_us(tickets.resolved_at) - epoch_us(tickets.opened_at)) // 1000000 as bigint) as resolution_seconds,
    cast(resolutions.business_seconds as bigint) as resolution_business_seconds,
    answers.is_kept as first_response_in_time,
    answers.judged_on as first_response_judged_on,
    resolutions.is_kept as resolution_in_time,
    resolutions.judged_on as resolution_judged_on,
    cast(tickets.reopened_count as integer) as reopened_count,
    tickets.is_satisfied,
    tickets.source
from {{ ref('stg_app__tickets') }} as tickets
inner join {{ ref('int_workspaces') }} as workspaces on tickets.workspace_id = workspaces.workspace_id
inner join {{ ref('int_ticket_promises') }} as answers
    on tickets.workspace_id = answers.workspace_id
    and tickets.ticket_id = answers.ticket_id
    and answers.promise = 'first_response'
inner join {{ ref('int_ticket_promises') }} as resolutions
    on tickets.workspace_id = resolutions.workspace_id
    and tickets.ticket_id = resolutions.ticket_id
    and resolutions.promise = 'resolution'
