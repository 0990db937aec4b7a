{{ config(tags=['audit']) }}
{{ reconcile(
    "select workspace_id, 'n/a' as currency, 0 as amount_minor from " ~ source('raw', 'client'),
    "select workspace_id, 'n/a' as currency, 0 as amount from " ~ ref('dim_clients')
) }}
