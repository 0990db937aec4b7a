select
    workspace_id,
    id as subscription_id,
    client_id,
    external_id,
    coalesce(external_id, cast(id as varchar)) as subscription_key,
    name,
    currency,
    started_on,
    trial_ends_on,
    cancelled_on,
    ended_on,
    source
from {{ source('raw', 'subscription') }}
