"""People and their time."""

from warehouse.audit.lines import Frame, Reconciliation, rows

_NEVER_BELOW_NOTHING = (0, None)
_OF_A_DAY = (
    "capacity_minutes",
    "holiday_minutes",
    "time_off_minutes",
    "available_minutes",
    "worked_minutes",
    "billable_minutes",
    "client_minutes",
)

FRAMES: dict[str, Frame] = {
    "dim_people": Frame(key=("workspace_id", "person_id")),
    "fct_person_days": Frame(
        key=("workspace_id", "person_id", "on_day"), ranges=dict.fromkeys(_OF_A_DAY, _NEVER_BELOW_NOTHING)
    ),
    "fct_time_entries": Frame(key=("workspace_id", "time_entry_id"), ranges={"minutes": (1, None)}),
    "fct_time_costs": Frame(key=("workspace_id", "time_entry_id"), ranges={"cost_rate": _NEVER_BELOW_NOTHING}),
}


def _minutes(mart: str, name: str, raw_where: str, column: str) -> Reconciliation:
    """The same minutes of time entries."""
    return Reconciliation(
        name=f"{name} in {mart}",
        marts=(mart,),
        raw=f"select workspace_id, 'minutes', sum(minutes) from lake.raw.time_entry where {raw_where} group by all",
        mart=f"select workspace_id, 'minutes', sum({column}) from scratch.marts.{mart} group by all",
    )


RECONCILIATIONS: tuple[Reconciliation, ...] = (
    rows("every person", "person", "dim_people"),
    rows("every time entry", "time_entry", "fct_time_entries"),
    _minutes("fct_time_entries", "hours worked", "true", "minutes"),
    _minutes("fct_time_entries", "billable hours", "is_billable", "billable_minutes"),
    _minutes("fct_person_days", "hours worked", "true", "worked_minutes"),
    _minutes("fct_person_days", "billable hours", "is_billable", "billable_minutes"),
    _minutes("fct_person_days", "hours for clients", "client_id is not null", "client_minutes"),
    Reconciliation(
        name="time with a cost rate",
        marts=("fct_time_costs",),
        raw="""
            select e.workspace_id, r.currency, sum(e.minutes * r.hourly_rate)
            from lake.raw.time_entry as e
            inner join lake.raw.person_rate as r
                on e.workspace_id = r.workspace_id and e.person_id = r.person_id and r.kind = 'cost'
                and e.worked_on >= r.started_on and (r.ended_on is null or e.worked_on < r.ended_on)
            group by all""",
        mart="""
            select workspace_id, currency, sum(minutes * cost_rate) from scratch.marts.fct_time_costs group by all""",
    ),
)
