with purchases as (
    select *
    from {{ ref('int_invoices_issued') }}
    {% if policy('zero_value_purchases') == 'left_out' %}where total <> 0{% endif %}
),

days as (
    select
        workspace_id,
        client_id,
        issued_on as purchased_on,
        cast(count(*) as integer) as invoices,
        case when count(*) = count(voided_on) then max(voided_on) end as voided_on
    from purchases
    group by workspace_id, client_id, issued_on
),

firsts as (
    select
        workspace_id,
        client_id,
        cast(date_trunc('month', min(purchased_on)) as date) as cohort_month
    from days
    where voided_on is null
    group by workspace_id, client_id
)

select
    days.workspace_id,
    days.client_id,
    days.purchased_on,
    days.invoices,
    days.voided_on,
    firsts.cohort_month,
    cast({{ months_between('firsts.cohort_month', 'days.purchased_on') }} as integer) as month_number
from days
left join firsts
    on days.workspace_id = firsts.workspace_id and days.client_id = firsts.client_id
