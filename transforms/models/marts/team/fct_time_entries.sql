select
    entries.workspace_id,
    entries.time_entry_id,
    entries.person_id,
    entries.project_id,
    entries.task_id,
    entries.client_id,
    entries.worked_on,
    entries.minutes,
    cast(case when entries.is_billable then entries.minutes else 0 end as integer) as billable_minutes,
    people.is_billable_role,
    entries.standard_rate,
    entries.standard_currency as currency
from {{ ref('int_time_entries_rated') }} as entries
inner join {{ ref('stg_app__people') }} as people
    on entries.workspace_id = people.workspace_id and entries.person_id = people.person_id
