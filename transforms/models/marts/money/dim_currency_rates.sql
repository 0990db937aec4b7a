-- What one unit of a currency is worth in the workspace's own, from the day a rate is known until the next one. A rate
-- agreed the other way round is turned where there is none of that day.
with workspaces as (
    select workspace_id, currency from {{ ref('int_workspaces') }}
),

rates as (
    select rates.workspace_id, rates.from_currency as currency, rates.rate_on, rates.rate, 1 as choice
    from {{ ref('stg_app__exchange_rates') }} as rates
    inner join workspaces
        on rates.workspace_id = workspaces.workspace_id and rates.to_currency = workspaces.currency
    union all
    select rates.workspace_id, rates.to_currency as currency, rates.rate_on, 1 / rates.rate as rate, 2 as choice
    from {{ ref('stg_app__exchange_rates') }} as rates
    inner join workspaces
        on rates.workspace_id = workspaces.workspace_id and rates.from_currency = workspaces.currency
),

chosen as (
    select workspace_id, currency, rate_on, cast(rate as decimal(24, 12)) as rate
    from rates
    qualify row_number() over (partition by workspace_id, currency, rate_on order by choice) = 1
),

own as (
    select workspace_id, currency, date '0001-01-01' as rate_on, cast(1 as decimal(24, 12)) as rate
    from workspaces
),

known as (
    select * from chosen
    union all
    select * from own
)

select
    workspace_id,
    currency,
    rate_on as known_from,
    coalesce(lead(rate_on) over (partition by workspace_id, currency order by rate_on), date '9999-12-31') as known_until,
    rate
from known
