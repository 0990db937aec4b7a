-- The service period of every line that has one, along the line of the policy: the first day whole and the last not by
-- day; to the microsecond else.
with lines as (
    select
        lines.workspace_id,
        lines.invoice_line_id,
        lines.net_minor,
        workspaces.timezone,
        lines.service_from,
        lines.service_until,
        lines.service_from at time zone workspaces.timezone as begins_at,
        lines.service_until at time zone workspaces.timezone as ends_at
    from {{ ref('stg_app__invoice_lines') }} as lines
    inner join {{ ref('int_workspaces') }} as workspaces on lines.workspace_id = workspaces.workspace_id
    where lines.service_from is not null
)

select
    workspace_id,
    invoice_line_id,
    net_minor,
    timezone,
    begins_at,
    ends_at,
    cast(begins_at as date) as first_on,
    {% if policy('recognition') == 'by_day' %}
    greatest(cast(ends_at as date) - 1, cast(begins_at as date)) as last_on,
    cast(cast(begins_at as date) - date '1970-01-01' as bigint) as begins,
    cast(greatest(cast(ends_at as date) - 1, cast(begins_at as date)) + 1 - date '1970-01-01' as bigint) as ends
    {% else %}
    cast(ends_at - interval 1 microsecond as date) as last_on,
    epoch_us(service_from) as begins,
    epoch_us(service_until) as ends
    {% endif %}
from lines
