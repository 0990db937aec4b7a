{{ config(tags=['audit']) }}
{{ reconcile(
    "select workspace_id, currency, amount_minor from " ~ source('raw', 'credit_note'),
    "select workspace_id, currency, amount from " ~ ref('fct_credit_notes')
) }}
