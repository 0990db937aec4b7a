-- Time entries with what an hour of them is billed at and costs, each by the rate of the entry's own day.
with entries as (
    select * from {{ ref('stg_app__time_entries') }}
),

bill_rates as (
    select * from {{ ref('stg_app__person_rates') }} where kind = 'bill'
),

cost_rates as (
    select * from {{ ref('stg_app__person_rates') }} where kind = 'cost'
),

rated as (
    select
        entries.*,
        case when coalesce(bill_rates.ended_on, date '9999-12-31') > entries.worked_on then bill_rates.hourly_rate end as person_rate,
        bill_rates.currency as person_currency,
        case when coalesce(cost_rates.ended_on, date '9999-12-31') > entries.worked_on then cost_rates.hourly_rate end as cost_rate,
        cost_rates.currency as cost_currency
    from entries
    asof left join bill_rates
        on entries.workspace_id = bill_rates.workspace_id
        and entries.person_id = bill_rates.person_id
        and entries.worked_on >= bill_rates.started_on
    asof left join cost_rates
        on entries.workspace_id = cost_rates.workspace_id
        and entries.person_id = cost_rates.person_id
        and entries.worked_on >= cost_rates.started_on
)

select
    workspace_id,
    time_entry_id,
    person_id,
    project_id,
    task_id,
    client_id,
    worked_on,
    cast(minutes as integer) as minutes,
    is_billable,
    {% if policy('standard_rate') == 'of_the_entry_first' -%}
    coalesce(bill_rate, person_rate) as standard_rate,
    case when bill_rate is not null then currency when person_rate is not null then person_currency end as standard_currency,
    {%- else -%}
    person_rate as standard_rate,
    case when person_rate is not null then person_currency end as standard_currency,
    {%- endif %}
    cost_rate,
    case when cost_rate is not null then cost_currency end as cost_currency
from rated
