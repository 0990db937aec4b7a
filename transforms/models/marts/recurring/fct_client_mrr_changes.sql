select workspace_id, client_id, currency, changed_on, mrr_change, contract_mrr_change, committed_mrr_change
from {{ ref('int_client_mrr_changes') }}
