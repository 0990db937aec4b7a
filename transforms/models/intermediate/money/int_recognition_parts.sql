-- What a line's revenue is divided into: a part per month, in whole minor units; the last of equals takes the rounding.
{% if policy('recognition') == 'by_month' %}
with starts as (
    select *, unnest(generate_series(0, {{ months_between('begins_at', 'ends_at') }})) as number
    from {{ ref('int_service_periods') }}
),

parts as (
    select
        *,
        cast(begins_at + to_months(cast(number as integer)) as date) as first_on_part,
        count(*) over line as parts,
        row_number() over (partition by workspace_id, invoice_line_id order by number desc) = 1 as is_last
    from starts
    where begins_at + to_months(cast(number as integer)) < ends_at
    window line as (partition by workspace_id, invoice_line_id)
)

-- Of a month that begins with the part, the whole part.
select
    workspace_id,
    invoice_line_id,
    timezone,
    first_on_part as first_on,
    first_on_part as last_on,
    cast(number as bigint) as begins,
    cast(number + 1 as bigint) as ends,
    case
        when is_last then net_minor - {{ cut_share('net_minor', '1', 'parts') }} * (parts - 1)
        else {{ cut_share('net_minor', '1', 'parts') }}
    end as part_minor
from parts
{% else %}
with months as (
    select *, {{ each_month('first_on', 'last_on') }} as month_on
    from {{ ref('int_service_periods') }}
),

placed as (
    select
        *,
        {{ recognition_at('month_on', 'timezone') }} as month_begins,
        {{ recognition_at('month_on + interval 1 month', 'timezone') }} as month_ends
    from months
),

parts as (
    select
        *,
        greatest(begins, month_begins) as part_begins,
        least(ends, month_ends) as part_ends,
        {% if policy('recognition') == 'by_month_with_shares' %}
        begins <= month_begins and month_ends <= ends as is_equal
        {% else %}
        false as is_equal
        {% endif %}
    from placed
),

shares as (
    select
        *,
        case when not is_equal then {{ cut_share('net_minor', 'part_ends - part_begins', 'ends - begins') }} end as share_minor,
        count(*) filter (where is_equal) over line as equals,
        row_number() over (partition by workspace_id, invoice_line_id, is_equal order by month_on desc) = 1 as is_last
    from parts
    window line as (partition by workspace_id, invoice_line_id)
),

left_over as (
    select *, net_minor - coalesce(sum(share_minor) over (partition by workspace_id, invoice_line_id), 0) as left_minor
    from shares
)

select
    workspace_id,
    invoice_line_id,
    timezone,
    greatest(first_on, month_on) as first_on,
    least(last_on, cast(month_on + interval 1 month as date) - 1) as last_on,
    part_begins as begins,
    part_ends as ends,
    case
        when is_equal and is_last then left_minor - {{ cut_share('left_minor', '1', 'equals') }} * (equals - 1)
        when is_equal then {{ cut_share('left_minor', '1', 'equals') }}
        when is_last and equals = 0 then share_minor + left_minor
        else share_minor
    end as part_minor
from left_over
{% endif %}
