{{ config(tags=['audit']) }}
-- Opening + new + expansion + reactivation − contraction − churned + fx = closing, every opening is the closing before,
-- and every closing is the sum of the items paid for on the month's last day.
with months as (
    select
        *,
        lag(closing_mrr, 1, 0) over (partition by workspace_id, client_id, currency order by month_on) as closed_before
    from {{ ref('fct_client_mrr_months') }}
),

items as (
    select months.workspace_id, months.client_id, months.currency, months.month_on, sum(spans.mrr) as mrr
    from months
    inner join {{ ref('int_mrr_spans') }} as spans
        on months.workspace_id = spans.workspace_id
        and months.client_id = spans.client_id
        and months.currency = spans.currency
        and spans.started_on <= months.month_ends_on
        and coalesce(spans.ended_on, date '9999-12-31') > months.month_ends_on
    group by months.workspace_id, months.client_id, months.currency, months.month_on
)

select months.*
from months
left join items
    on months.workspace_id = items.workspace_id
    and months.client_id = items.client_id
    and months.currency = items.currency
    and months.month_on = items.month_on
where months.opening_mrr + months.new_mrr + months.expansion_mrr + months.reactivation_mrr
    - months.contraction_mrr - months.churned_mrr + months.fx_mrr <> months.closing_mrr
   or months.opening_mrr <> months.closed_before
   or months.closing_mrr <> coalesce(items.mrr, 0)
