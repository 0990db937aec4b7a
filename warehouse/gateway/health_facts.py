"""The facts behind each of the six inputs of a client's health on a day, from the marts that everybody reads.

A fact counts by what was known on the day: what came later changes nothing.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from imisofts.access import Actor
from warehouse.gateway import health
from warehouse.gateway.answers import BadQuery
from warehouse.gateway.facts import FactRows, values
from warehouse.gateway.questions import Desk
from warehouse.metrics.rows import FactColumn

MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Ground:
    """Rows that an input stands on: SQL whose columns come in the order of ``columns``."""

    columns: tuple[FactColumn, ...]
    sql: str


def _column(name: str, label: str, unit: str = "") -> FactColumn:
    return FactColumn(name, label, name, unit)


_PAYMENT = Ground(
    (
        _column("due_on", "Due"),
        _column("invoice", "Invoice"),
        _column("days", "Days past due", "count"),
        _column("currency", "Currency"),
        _column("open", "Open on the day", "money"),
    ),
    """
    select coalesce(facts.due_on, facts.issued_on) as due,
        coalesce(facts.number, facts.external_id, cast(facts.invoice_id as varchar)),
        greatest($on - due, 0), facts.currency, moved.open
    from {fct_invoices} as facts
    inner join (
        select invoice_id, sum(open_change) as open from {fct_receivable_movements} where moved_on <= $on
        group by invoice_id
    ) as moved on facts.invoice_id = moved.invoice_id
    where facts.client_id = cast($client_id as uuid) and moved.open > 0
    order by due, 2""",
)
_DELIVERY = Ground(
    (
        _column("due_on", "Due"),
        _column("kind", "Kind"),
        _column("title", "What"),
        _column("completed_on", "Completed"),
        _column("in_time", "On time"),
    ),
    """
    with promises as (
        select due_on, 'milestone' as kind, title, completed_on from {fct_milestones}
        where client_id = cast($client_id as uuid)
        union all
        select due_on, 'task', title, completed_on from {fct_tasks} where client_id = cast($client_id as uuid)
    ),
    judged as (
        select due_on, kind, title, case when completed_on <= $on then completed_on end as completed,
            coalesce(completed_on <= due_on, false) as in_time
        from promises
        where due_on > $on - 90 and due_on + cast(not coalesce(completed_on <= due_on, false) as integer) <= $on
    )
    select * from judged
    where kind = 'milestone' or not exists (select 1 from judged where kind = 'milestone')
    order by due_on desc, kind, title""",
)
_SUPPORT = Ground(
    (
        _column("judged_on", "Promised for"),
        _column("number", "Ticket"),
        _column("priority", "Priority"),
        _column("opened_on", "Opened"),
        _column("in_time", "First answer in time"),
        _column("reopened", "Ever opened again"),
    ),
    """
    select facts.first_response_judged_on, facts.number, facts.priority, facts.opened_on,
        case when facts.first_response_judged_on between $on - 89 and $on then facts.first_response_in_time end,
        facts.reopened_count
    from {fct_tickets} as facts
    where facts.client_id = cast($client_id as uuid) and facts.opened_on <= $on
        and (facts.first_response_judged_on between $on - 89 and $on
            or (facts.reopened_count > 0 and coalesce(facts.resolved_on, $on) > $on - 365))
    order by 1 desc nulls last, 2""",
)
_ENGAGEMENT = Ground(
    (_column("on_day", "Day"), _column("sign", "What was heard"), _column("about", "About")),
    """
    with signs as (
        select opened_on as on_day, 'opened a ticket' as sign, number as about from {fct_tickets}
        where client_id = cast($client_id as uuid)
        union all
        select rated_on, 'rated a ticket', number from {fct_tickets}
        where client_id = cast($client_id as uuid) and rated_on is not null
        union all
        select min(least(committed_on, started_on)), 'ordered', any_value(description) from {fct_mrr_items}
        where client_id = cast($client_id as uuid) group by line_id
    ),
    heard as (
        select $on - cast(days_silent as integer) as on_day from {fct_client_health}
        where client_id = cast($client_id as uuid) and on_day = $on and days_silent is not null
    )
    select * from signs where on_day <= coalesce((select min(on_day) from heard), $on)
    union all
    select on_day, 'signed in, replied, or opened a ticket again', null from heard
    where on_day not in (select on_day from signs)
    order by 1 desc, 2, 3""",
)
_SENTIMENT = Ground(
    (
        _column("rated_on", "Rated"),
        _column("number", "Ticket"),
        _column("satisfied", "Satisfied"),
        _column("weight", "Weight", "score"),
    ),
    """
    select coalesce(facts.rated_on, facts.resolved_on, facts.opened_on) as rated, facts.number, facts.is_satisfied,
        power(2.0, (rated - $on) / 90.0)
    from {fct_tickets} as facts
    where facts.client_id = cast($client_id as uuid) and facts.is_satisfied is not null
        and rated between $on - 360 and $on
    order by rated desc, facts.number""",
)
_COMMERCIAL = Ground(
    (
        _column("started_on", "Begins"),
        _column("ended_on", "Ends"),
        _column("item", "Item"),
        _column("currency", "Currency"),
        _column("before", "90 days before", "money"),
        _column("now", "On the day", "money"),
    ),
    """
    select facts.started_on, facts.ended_on, facts.description, facts.currency,
        facts.mrr * case when facts.started_on <= $on - 90 then 1 end,
        facts.mrr * case when facts.ended_on is null or facts.ended_on > $on then 1 end
    from {fct_mrr_items} as facts
    where facts.client_id = cast($client_id as uuid) and facts.started_on <= $on
        and (facts.ended_on is null or facts.ended_on > $on - 90)
    order by facts.started_on desc, facts.currency, facts.description""",
)
GROUNDS: Final[dict[str, Ground]] = {
    "payment": _PAYMENT,
    "delivery": _DELIVERY,
    "support": _SUPPORT,
    "engagement": _ENGAGEMENT,
    "sentiment": _SENTIMENT,
    "commercial": _COMMERCIAL,
}
"""By input, in the order of the inputs."""


def health_facts(desk: Desk, actor: Actor, client_id: UUID, on: date, about: str) -> FactRows:
    """What the input ``about`` of the client's score stood on at the end of the day ``on``; nothing for a client that
    is not seen. Raises :class:`UnknownMetric` for whoever may not see health, :class:`BadQuery` for an unknown input.
    """
    health.check(actor)
    ground = GROUNDS.get(about)
    if ground is None:
        raise BadQuery(f"Health has no input called “{about}”. It has: {', '.join(GROUNDS)}.")
    asked: dict[str, object] = {"client_id": str(client_id), "on": min(on, desk.publication.data_on)}
    found = desk.pin.rows(desk.scope, f"select * from ({ground.sql}) limit {MOST + 1}", asked)
    return FactRows(ground.columns, [values(row, ground.columns) for row in found[:MOST]], len(found) > MOST)
