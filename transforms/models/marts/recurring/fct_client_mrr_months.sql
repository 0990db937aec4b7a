select
    workspace_id,
    client_id,
    currency,
    month_on,
    month_ends_on,
    opening_mrr,
    new_mrr,
    expansion_mrr,
    reactivation_mrr,
    contraction_mrr,
    churned_mrr,
    fx_mrr,
    closing_mrr,
    contract_mrr,
    gap_days
from {{ ref('int_client_mrr_months') }}
