"""Recurring revenue: items, changes, months, and what is at risk."""

from warehouse.audit.lines import Frame, Reconciliation

_NEVER_BELOW_NOTHING = (0, None)
_OF_A_MONTH = (
    "opening_mrr",
    "new_mrr",
    "expansion_mrr",
    "reactivation_mrr",
    "contraction_mrr",
    "churned_mrr",
    "closing_mrr",
    "contract_mrr",
    "gap_days",
)

FRAMES: dict[str, Frame] = {
    "fct_mrr_items": Frame(
        key=("workspace_id", "item_id", "started_on"),
        ranges=dict.fromkeys(("mrr", "contract_mrr"), _NEVER_BELOW_NOTHING),
    ),
    "fct_client_mrr_changes": Frame(key=("workspace_id", "client_id", "currency", "changed_on")),
    "fct_client_mrr_months": Frame(
        key=("workspace_id", "client_id", "currency", "month_on"),
        ranges=dict.fromkeys(_OF_A_MONTH, _NEVER_BELOW_NOTHING),
    ),
    "fct_client_at_risk_changes": Frame(key=("workspace_id", "client_id", "currency", "changed_on")),
}

# What is charged without end or pause, from the source's columns alone: quantity × price ÷ months of the interval.
# Rows are rounded at the eighth decimal, so the sums agree to a ten thousandth.
_STANDING = """
    select i.workspace_id, i.currency, round(sum(
        cast(i.quantity as double) * i.unit_price / i.interval_count
        * case i."interval" when 'week' then 52 / 12.0 when 'day' then 365 / 12.0 when 'month' then 1
            when 'quarter' then 1 / 3.0 else 1 / 12.0 end), 4)
    from lake.raw.subscription_item as i
    inner join lake.raw.subscription as s on i.workspace_id = s.workspace_id and i.subscription_id = s.id
    where i."interval" is not null and i.ended_on is null and s.ended_on is null
      and not exists (
          select 1 from lake.raw.subscription_pause as p
          where p.workspace_id = s.workspace_id and p.subscription_id = s.id and p.ended_on is null
      )
    group by all"""


def _standing(mart: str, mart_side: str) -> Reconciliation:
    """Without an end in sight the contract's revenue is that of the source's open rows."""
    return Reconciliation(
        name=f"standing contract revenue in {mart}",
        marts=(mart,),
        raw=_STANDING,
        mart=f"select workspace_id, currency, round(cast(sum(amount) as double), 4) from ({mart_side}) group by all",
    )


RECONCILIATIONS: tuple[Reconciliation, ...] = (
    _standing(
        "fct_mrr_items",
        "select workspace_id, currency, contract_mrr as amount from scratch.marts.fct_mrr_items where ended_on is null",
    ),
    _standing(
        "fct_client_mrr_changes",
        "select workspace_id, currency, contract_mrr_change as amount from scratch.marts.fct_client_mrr_changes",
    ),
    _standing(
        "fct_client_mrr_months",
        "select workspace_id, client_id, currency, arg_max(contract_mrr, month_on) as amount"
        " from scratch.marts.fct_client_mrr_months group by all",
    ),
    Reconciliation(
        name="revenue at risk needs an invoice",
        marts=("fct_client_at_risk_changes",),
        raw="select workspace_id, currency, 0 from lake.raw.invoice where false group by all",
        mart="""
            with risks as (
                select workspace_id, client_id, currency, sum(at_risk_mrr_change) as at_risk
                from scratch.marts.fct_client_at_risk_changes group by all
            ),
            owing as (
                select distinct workspace_id, client_id from lake.raw.invoice where status not in ('draft', 'void')
            )
            select workspace_id, currency, sum(at_risk) from risks
            left join owing using (workspace_id, client_id)
            where at_risk < 0 or (at_risk > 0 and owing.client_id is null) group by all""",
    ),
)
