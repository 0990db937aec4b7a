-- A client's health for each time in which no input's score changes: from from_day until before until_day. What is not
-- known is empty. Contributions are differences of one rounded running sum, so that they add up to the score exactly.
{% set inputs = var('policy')['health_weights']['weights'].keys() | list -%}
{% set steps = {
    'payment': ('int_health_payment', 'due_since'),
    'delivery': ('int_health_delivery', 'on_time_share'),
    'support': ('int_health_support', 'answered_share'),
    'engagement': ('int_health_engagement', 'on_day'),
    'sentiment': ('int_health_sentiment', 'satisfied_share'),
    'commercial': ('int_health_commercial', 'mrr_growth'),
} -%}
{% set bands = var('policy')['health_bands']['bounds'] -%}
with payment as materialized (
    select *, lead(on_day) over (partition by workspace_id, client_id order by on_day) as next_on
    from {{ ref('int_health_payment') }}
),

engagement as materialized (
    select *, lead(on_day) over (partition by workspace_id, client_id order by on_day) as next_on
    from {{ ref('int_health_engagement') }}
),

{% for input in ['delivery', 'support', 'sentiment', 'commercial'] -%}
{{ input }} as materialized (
    select * from {{ ref(steps[input][0]) }}
),

{% endfor -%}
falls as (
    select workspace_id, client_id, next_on, due_since + unnest({{ health_falls_after('payment') }}) as on_day
    from payment
    where due_since is not null
    union all
    select workspace_id, client_id, next_on, on_day + unnest({{ health_falls_after('engagement') }}) as on_day
    from engagement
),

days as (
    select workspace_id, client_id, on_day from falls where on_day < next_on or next_on is null
    {%- for input in inputs %}
    union
    select workspace_id, client_id, on_day from {{ input }}
    {%- endfor %}
),

spans as (
    select
        days.workspace_id,
        days.client_id,
        days.on_day as from_day,
        least(
            coalesce(lead(days.on_day) over (partition by days.workspace_id, days.client_id order by days.on_day), date '9999-12-31'),
            workspaces.data_on + 1,
            coalesce(cast(clients.archived_at at time zone workspaces.timezone as date), date '9999-12-31')
        ) as until_day
    from days
    inner join {{ ref('int_workspaces') }} as workspaces on days.workspace_id = workspaces.workspace_id
    inner join {{ ref('int_clients') }} as clients
        on days.workspace_id = clients.workspace_id and days.client_id = clients.client_id
),

measured as (
    select
        spans.*,
        payment.on_day is not null as payment_known,
        payment.due_since,
        delivery.on_time_share,
        support.answered_share,
        engagement.on_day as heard_on,
        sentiment.satisfied_share,
        commercial.mrr_growth
    from spans
    {%- for input in inputs %}
    asof left join {{ input }}
        on spans.workspace_id = {{ input }}.workspace_id
        and spans.client_id = {{ input }}.client_id
        and spans.from_day >= {{ input }}.on_day
    {%- endfor %}
    where spans.from_day < spans.until_day
),

scored as (
    select
        measured.*,
        {{ health_score('payment', 'case when payment_known then greatest(coalesce(from_day - due_since, 0), 0) end') }} as payment_score,
        {{ health_score('delivery', 'on_time_share') }} as delivery_score,
        {{ health_score('support', 'answered_share') }} as support_score,
        {{ health_score('engagement', 'from_day - heard_on') }} as engagement_score,
        {{ health_score('sentiment', 'satisfied_share') }} as sentiment_score,
        {{ health_score('commercial', 'mrr_growth') }} as commercial_score,
        {%- for input in inputs %}
        weights.{{ input }}_weight{{ ',' if not loop.last }}
        {%- endfor %}
    from measured
    inner join {{ ref('int_health_weights') }} as weights on measured.workspace_id = weights.workspace_id
),

-- Each running sum counts in hundred-millionths of a point.
weighed as (
    select
        *,
        {%- for input in inputs %}
        case when {{ input }}_score is not null then {{ input }}_weight else 0 end{{ ' +' if not loop.last }}
        {%- endfor %} as known_weight,
        {%- for input in inputs %}
        {{ input }}_weight{{ ' +' if not loop.last }}
        {%- endfor %} as whole_weight,
        {%- for input in inputs %}
        {%- set up_to = loop.index %}
        cast({% for one in inputs[:up_to] %}coalesce({{ one }}_score * {{ one }}_weight, 0){{ ' + ' if not loop.last }}{% endfor %} as bigint) * 100000000 as {{ input }}_sum{{ ',' if not loop.last }}
        {%- endfor %}
    from scored
),

judged as (
    select
        *,
        known_weight * 100 >= whole_weight * {{ var('policy')['health_missing']['needed'] }} and known_weight > 0 as has_score,
        cast((cast(known_weight as bigint) * 100000000) // greatest(whole_weight, 1) as decimal(12, 0)) * cast(0.00000001 as decimal(8, 8)) as coverage,
        {%- for input in inputs %}
        ({{ input }}_sum + known_weight // 2) // nullif(known_weight, 0) as {{ input }}_part{{ ',' if not loop.last }}
        {%- endfor %}
    from weighed
)

select
    workspace_id,
    client_id,
    from_day,
    until_day,
    payment_known,
    due_since,
    on_time_share,
    answered_share,
    heard_on,
    satisfied_share,
    mrr_growth,
    {%- for input in inputs %}
    {{ input }}_score,
    {{ input }}_weight,
    cast(
        case when has_score and {{ input }}_score is not null then {{ input }}_part{{ ' - ' ~ inputs[loop.index0 - 1] ~ '_part' if not loop.first }} end
        * cast(0.00000001 as decimal(8, 8)) as decimal(12, 8)
    ) as {{ input }}_contribution,
    {%- endfor %}
    cast(coverage as decimal(9, 8)) as coverage,
    cast(case when has_score then {{ inputs[-1] }}_part end * cast(0.00000001 as decimal(8, 8)) as decimal(12, 8)) as score,
    case
        when not has_score then 'not_enough_data'
        when {{ inputs[-1] }}_sum < {{ bands[0] }} * cast(100000000 as bigint) * known_weight then 'at_risk'
        when {{ inputs[-1] }}_sum <= {{ bands[1] }} * cast(100000000 as bigint) * known_weight then 'watch'
        else 'healthy'
    end as band
from judged
