-- How a client's recurring revenue changes, by currency and day; the sum up to a day is the revenue of that day.
with changes as (
    select workspace_id, client_id, currency, started_on as changed_on, mrr as mrr_change, contract_mrr as contract_mrr_change, 0 as committed_mrr_change
    from {{ ref('int_mrr_spans') }}
    union all
    select workspace_id, client_id, currency, ended_on as changed_on, -mrr as mrr_change, -contract_mrr as contract_mrr_change, 0 as committed_mrr_change
    from {{ ref('int_mrr_spans') }}
    where ended_on is not null
    union all
    select workspace_id, client_id, currency, committed_on as changed_on, 0 as mrr_change, 0 as contract_mrr_change, mrr as committed_mrr_change
    from {{ ref('int_mrr_spans') }}
    union all
    select workspace_id, client_id, currency, released_on as changed_on, 0 as mrr_change, 0 as contract_mrr_change, -mrr as committed_mrr_change
    from {{ ref('int_mrr_spans') }}
    where released_on is not null
)

select
    workspace_id,
    client_id,
    currency,
    changed_on,
    cast(sum(mrr_change) as decimal(24, 8)) as mrr_change,
    cast(sum(contract_mrr_change) as decimal(24, 8)) as contract_mrr_change,
    cast(sum(committed_mrr_change) as decimal(24, 8)) as committed_mrr_change
from changes
group by workspace_id, client_id, currency, changed_on
having sum(mrr_change) <> 0 or sum(contract_mrr_change) <> 0 or sum(committed_mrr_change) <> 0
