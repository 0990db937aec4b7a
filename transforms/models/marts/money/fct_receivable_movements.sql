with changes as (
    select
        workspace_id,
        invoice_id,
        client_id,
        currency,
        due_on,
        on_day as moved_on,
        cast(
            open_balance - lag(open_balance, 1, 0) over (partition by workspace_id, invoice_id order by on_day)
            as decimal(24, 8)
        ) as open_change
    from {{ ref('int_invoice_balances') }}
)

select workspace_id, invoice_id, client_id, currency, due_on, moved_on, open_change
from changes
where open_change <> 0
