{{ config(tags=['audit']) }}
{{ reconcile(
    "select workspace_id, currency, total_minor as amount_minor from " ~ source('raw', 'invoice') ~ " where status <> 'draft'",
    "select workspace_id, currency, total as amount from " ~ ref('fct_invoices')
) }}
