{# Rows where a mart's sum or count differs from its source's, per workspace and currency; each side is a query of
   workspace_id, currency, rows_found and amount, the source's amount in integer minor units. #}
{% macro reconcile(source_rows, mart_rows) %}
with source_side as (
    select workspace_id, currency, count(*) as rows_found, sum({{ units('amount_minor', 'currency') }}) as amount
    from ({{ source_rows }}) as source_rows
    group by workspace_id, currency
),

mart_side as (
    select workspace_id, currency, count(*) as rows_found, sum(amount) as amount
    from ({{ mart_rows }}) as mart_rows
    group by workspace_id, currency
)

select
    coalesce(source_side.workspace_id, mart_side.workspace_id) as workspace_id,
    coalesce(source_side.currency, mart_side.currency) as currency,
    source_side.rows_found as source_rows,
    mart_side.rows_found as mart_rows,
    source_side.amount as source_amount,
    mart_side.amount as mart_amount
from source_side
full outer join mart_side
    on source_side.workspace_id = mart_side.workspace_id and source_side.currency = mart_side.currency
where source_side.rows_found is distinct from mart_side.rows_found
   or source_side.amount is distinct from mart_side.amount
{% endmacro %}
