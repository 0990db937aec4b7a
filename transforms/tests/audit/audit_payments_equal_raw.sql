{{ config(tags=['audit']) }}
{{ reconcile(
    "select workspace_id, currency, amount_minor from " ~ source('raw', 'payment'),
    "select workspace_id, currency, amount from " ~ ref('fct_payments')
) }}
