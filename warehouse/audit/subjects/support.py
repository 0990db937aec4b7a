"""Tickets."""

from warehouse.audit.lines import Frame, Reconciliation, rows

_TIMES = (
    "first_response_seconds",
    "first_response_business_seconds",
    "resolution_seconds",
    "resolution_business_seconds",
    "reopened_count",
)

FRAMES: dict[str, Frame] = {
    "fct_tickets": Frame(
        key=("workspace_id", "ticket_id"),
        ranges=dict.fromkeys(_TIMES, (0, None)),
        values={"status": ("open", "waiting", "resolved"), "priority": ("urgent", "high", "normal", "low")},
    ),
}


def _seconds(name: str, until: str, column: str) -> Reconciliation:
    """The same whole seconds from opening until an instant."""
    return Reconciliation(
        name=name,
        marts=("fct_tickets",),
        raw=f"""
            select workspace_id, 'seconds', sum(datediff('microsecond', opened_at, {until}) // 1000000)
            from lake.raw.ticket group by all""",
        mart=f"select workspace_id, 'seconds', sum({column}) from scratch.marts.fct_tickets group by all",
    )


RECONCILIATIONS: tuple[Reconciliation, ...] = (
    rows("every ticket", "ticket", "fct_tickets"),
    _seconds("time to answers", "first_response_at", "first_response_seconds"),
    _seconds("time to resolutions", "resolved_at", "resolution_seconds"),
    Reconciliation(
        name="business time is never longer than time itself",
        marts=("fct_tickets",),
        raw="select workspace_id, 'tickets', 0 from lake.raw.ticket where false group by all",
        mart="""
            select workspace_id, 'tickets', count(*) from scratch.marts.fct_tickets
            where first_response_business_seconds > first_response_seconds
               or resolution_business_seconds > resolution_seconds
               or (first_response_business_seconds is null) <> (first_response_seconds is null)
               or (resolution_business_seconds is null) <> (resolution_seconds is null)
            group by all""",
    ),
)
