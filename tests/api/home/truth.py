"""The first page once more, as plain SQL over the tables, written without a look at the product's own queries."""

from datetime import date
from typing import Any
from uuid import UUID

import psycopg

_BALANCE = """
    with owed as (
        select i.*, total_minor - paid_minor - credited_minor as owed from invoice i
        where i.workspace_id = %(workspace)s and i.status in ('issued', 'partly_paid')
            and (%(client)s::uuid is null or i.client_id = %(client)s))
    select currency::text, sum(owed)::bigint, count(*),
        coalesce(sum(case when due_on < %(today)s then owed end), 0)::bigint,
        count(case when due_on < %(today)s then 1 end),
        (select o.id from owed o where o.currency = owed.currency and o.due_on < %(today)s order by due_on, id limit 1)
    from owed group by currency order by currency
"""
_UNDER_WAY = """
    from project p where p.workspace_id = %(workspace)s and p.completed_on is null and p.archived_at is null
        and (%(client)s::uuid is null or p.client_id = %(client)s)
"""
_HOURS = f"""
    select p.id, p.name, c.name, p.budget_minutes, coalesce(t.used, 0)::bigint,
        p.budget_minutes - coalesce(t.used, 0)::bigint
    from (select * {_UNDER_WAY} and p.budget_minutes is not null) p
    left join (select project_id, sum(minutes) as used from time_entry group by project_id) t on t.project_id = p.id
    left join client c on c.id = p.client_id order by 6, 1
"""
_DELIVERABLES = f"""
    select m.id, p.id, p.name, c.name, m.title, m.due_on, m.due_on < %(today)s from milestone m
    join (select * {_UNDER_WAY}) p on p.id = m.project_id
    left join client c on c.id = p.client_id
    where m.completed_on is null and m.due_on - %(today)s <= 30 order by m.due_on, m.id limit 20
"""
_TASKS = f"""
    select count(*), count(case when t.due_on < %(today)s then 1 end),
        count(case when t.due_on >= %(today)s and t.due_on < %(today)s + 7 then 1 end)
    from task t join (select * {_UNDER_WAY}) p on p.id = t.project_id join person o on o.id = t.assignee_id
    where o.user_id = %(user)s and t.completed_on is null
"""
_TICKETS = """
    with t as (select * from ticket
        where workspace_id = %(workspace)s and (%(client)s::uuid is null or client_id = %(client)s))
    select (select count(*) from t where status = 'open'), (select count(*) from t where status = 'waiting'),
        (select count(*) from t where status = 'open' and first_response_at is null),
        (select count(*) from t where status = 'open' and assignee_id is null),
        (select id from t where status = 'waiting' order by opened_at, id limit 1),
        (select id from t where status = 'open' and first_response_at is null order by opened_at, id limit 1)
"""
_REPORTS = """
    with r as (select * from report_delivery where workspace_id = %(workspace)s
        and (%(client)s::uuid is null or (client_id = %(client)s and status = 'sent')))
    select (select count(*) from r where status = 'held'),
        (select count(*) from r where status in ('failed', 'unknown')),
        (select count(*) from r where status = 'draft'), (select count(*) from r where status = 'sent'),
        (select id from r where status = 'held' order by created_at, id limit 1),
        (select id from r where status in ('failed', 'unknown') order by created_at, id limit 1),
        (select id from r where status = 'draft' order by created_at, id limit 1)
"""


def home(
    owner: psycopg.Connection, workspace: UUID, today: date, *, client: str | None = None, user: UUID | None = None
) -> dict[str, Any]:
    """What the first page has to tell a client's person, or (without ``client``) somebody of staff, as JSON."""
    asked = {"workspace": workspace, "client": client, "today": today, "user": user}

    def rows(query: str) -> list[list[Any]]:
        return [[_plain(value) for value in row] for row in owner.execute(query.encode(), asked).fetchall()]

    def table(query: str, *names: str) -> list[dict[str, Any]]:
        return [dict(zip(names, row, strict=True)) for row in rows(query)]

    counts = f"select count(*), count(case when due_on < %(today)s then 1 end) {_UNDER_WAY}"
    drafts = "select count(*) from invoice where workspace_id = %(workspace)s and status = 'draft'"
    is_person = owner.execute("select 1 from person where user_id = %s", [user]).fetchone()
    return {
        "today": today.isoformat(),
        "balance": table(
            _BALANCE, "currency", "open_minor", "open_count", "overdue_minor", "overdue_count", "overdue_id"
        ),
        "drafts": None if client else rows(drafts)[0][0],
        "projects": table(counts, "active", "late")[0],
        "hours_left": table(
            _HOURS, "project_id", "project_name", "client_name", "budget_minutes", "used_minutes", "left_minutes"
        ),
        "deliverables": table(
            _DELIVERABLES, "id", "project_id", "project_name", "client_name", "title", "due_on", "is_late"
        ),
        "tasks": table(_TASKS, "open", "late", "this_week")[0] if is_person and not client else None,
        "tickets": table(
            _TICKETS, "open", "waiting", "unanswered", "unassigned", "waiting_id", "unanswered_id"
        )[0],
        "reports": table(
            _REPORTS, "held", "failed", "to_read", "sent", "held_id", "failed_id", "to_read_id"
        )[0],
    }  # fmt: skip


def needs(told: dict[str, Any], *, staff: bool, manages_reports: bool) -> list[tuple[str, int]]:
    """What has to wait for the viewer, and how much of it, by what the first page tells."""
    overdue = sum(each["overdue_count"] for each in told["balance"])
    late = sum(each["is_late"] for each in told["deliverables"])
    all_of_them = [
        ("report_held", told["reports"]["held"] if manages_reports else 0),
        ("report_failed", told["reports"]["failed"] if manages_reports else 0),
        ("invoice_overdue", overdue),
        ("ticket_unanswered", told["tickets"]["unanswered"] if staff else 0),
        ("answer_wanted", 0 if staff else told["tickets"]["waiting"]),
        ("report_to_read", told["reports"]["to_read"] if manages_reports else 0),
        ("task_late", told["tasks"]["late"] if told["tasks"] else 0),
        ("deliverable_late", late if staff else 0),
    ]
    return [(kind, count) for kind, count in all_of_them if count]


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID | date) else value
