"""Health of clients."""

from warehouse.audit.lines import Frame, Reconciliation

INPUTS = ("payment", "delivery", "support", "engagement", "sentiment", "commercial")
_SCORE, _SHARE = (0, 100), (0, 1)

FRAMES: dict[str, Frame] = {
    "fct_client_health": Frame(
        key=("workspace_id", "client_id", "on_day"),
        ranges={"score": _SCORE, "coverage": _SHARE, "on_time_share": _SHARE, "days_silent": (0, None)},
        values={"band": ("healthy", "watch", "at_risk", "not_enough_data"), "trend": ("up", "steady", "down")},
    ),
}

_CONTRIBUTIONS = " + ".join(f"coalesce({name}_contribution, 0)" for name in INPUTS)
_KNOWN = " + ".join(f"if({name}_score is null, 0, {name}_weight)" for name in INPUTS)
_WEIGHED = " + ".join(f"coalesce({name}_score * {name}_weight, 0)" for name in INPUTS)
_NOTHING = "select workspace_id, 'days', 0 from lake.raw.client where false group by all"

RECONCILIATIONS: tuple[Reconciliation, ...] = (
    Reconciliation(
        name="contributions add up to the score",
        marts=("fct_client_health",),
        raw=_NOTHING,
        mart=f"""
            select workspace_id, 'days', count(*) from scratch.marts.fct_client_health
            where score <> {_CONTRIBUTIONS}
               or abs(score - ({_WEIGHED}) / cast({_KNOWN} as double)) > 0.000001
               or (score is null) <> (band = 'not_enough_data')
            group by all""",
    ),
    Reconciliation(
        name="no client with an invoice past due passes for one that paid",
        marts=("fct_client_health",),
        raw=_NOTHING,
        mart="""
            with days as (
                select workspace_id, max(on_day) as on_day from scratch.marts.fct_client_health group by all
            ),
            moved_later as (
                select p.invoice_id from lake.raw.payment as p
                inner join days as d on p.workspace_id = d.workspace_id and p.paid_on > d.on_day
                union all
                select n.invoice_id from lake.raw.credit_note as n
                inner join days as d on n.workspace_id = d.workspace_id and n.issued_on > d.on_day
            )
            select i.workspace_id, 'clients', count(distinct i.client_id)
            from lake.raw.invoice as i
            inner join lake.raw.client as c on i.client_id = c.id and c.archived_at is null
            inner join days as d on i.workspace_id = d.workspace_id
            inner join scratch.marts.fct_client_health as h on i.client_id = h.client_id and d.on_day = h.on_day
            where i.status in ('issued', 'partly_paid') and i.paid_minor + i.credited_minor < i.total_minor
              and i.issued_on <= d.on_day and i.due_on < d.on_day and i.id not in (select invoice_id from moved_later)
              and coalesce(h.days_overdue, 0) < d.on_day - i.due_on
            group by all""",
    ),
    Reconciliation(
        name="no client passes for silent since before its last ticket",
        marts=("fct_client_health",),
        raw=_NOTHING,
        mart="""
            with days as (
                select workspace_id, max(on_day) as on_day from scratch.marts.fct_client_health group by all
            ),
            asked as (
                select t.workspace_id, t.client_id, d.on_day,
                    max(cast(t.opened_at at time zone w.timezone as date)) as asked_on
                from lake.raw.ticket as t
                inner join lake.raw.workspace as w on t.workspace_id = w.id
                inner join lake.raw.client as c on t.client_id = c.id and c.archived_at is null
                inner join days as d on t.workspace_id = d.workspace_id
                where cast(t.opened_at at time zone w.timezone as date) <= d.on_day
                group by all
            )
            select asked.workspace_id, 'clients', count(*)
            from asked
            left join scratch.marts.fct_client_health as h
                on asked.client_id = h.client_id and asked.on_day = h.on_day
            where h.client_id is null or h.days_silent > asked.on_day - asked.asked_on
            group by all""",
    ),
)
