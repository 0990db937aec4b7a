"""Rows that a file's rows name by external id: found, locked against removal, or made where that is asked for."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from api.billing.service import Invoice
from api.catalog.models import Service
from api.clients.models import Client
from api.events.schemas import EventName
from api.imports.fields import Field, Target
from api.imports.plan import Change, Context, Plan
from api.imports.subject import Row, Subject, blank
from api.kit.ids import new_id
from api.kit.models import Base
from api.projects.models import Project, Task
from api.time.models import Person

_MODELS: Final[dict[Target, type[Base]]] = {
    Target.client: Client,
    Target.person: Person,
    Target.service: Service,
    Target.project: Project,
    Target.task: Task,
    Target.invoice: Invoice,
}
_KEPT: Final[dict[Target, tuple[str, ...]]] = {
    Target.client: ("id", "currency"),
    Target.person: ("id",),
    Target.service: ("id", "name"),
    Target.project: ("id", "client_id", "currency"),
    Target.task: ("id", "project_id", "client_id", "currency"),
    Target.invoice: ("id",),
}
_EVENTS: Final = {
    Target.client: EventName.CLIENT_IMPORTED,
    Target.person: EventName.PERSON_IMPORTED,
    Target.service: EventName.SERVICE_IMPORTED,
    Target.project: EventName.PROJECT_IMPORTED,
    Target.task: EventName.TASK_IMPORTED,
}
_IN_ORDER: Final = tuple(_MODELS)


async def resolve(context: Context, subject: Subject, rows: list[Row], made: Plan) -> list[Row]:
    """The rows whose references are known or may be made; each gets the columns named by its references.

    An empty reference gives None. Tasks come after projects, which a missing task needs.
    """
    for row in rows:
        row["found"] = {}
    for field in sorted(subject.references, key=_place):
        bad = await _resolve_one(context, subject, field, [row for row in rows if field.name in row], made)
        rows = [row for row in rows if row["line"] not in bad]
    return rows


def _place(field: Field) -> int:
    assert field.target is not None
    return _IN_ORDER.index(field.target)


async def _resolve_one(context: Context, subject: Subject, field: Field, rows: list[Row], made: Plan) -> set[int]:
    """Fill in one reference; the lines of the rows that it makes bad. A row is made by the earliest that names it."""
    assert field.target is not None
    known = await _known(context, field.target, (row[field.name] for row in rows if row[field.name]))
    bad: set[int] = set()
    missing = [row for row in rows if row[field.name] and row[field.name] not in known]
    for row in sorted(missing, key=lambda each: context.date_of(each.get(subject.dated)) or date.max):
        name = row[field.name]
        made_now = None if name in known else _missing(context, subject, field, row, made)
        if made_now is not None:
            known[name] = made_now
        elif name not in known:
            bad.add(row["line"])
    for row in rows:
        found = known.get(row[field.name]) if row[field.name] else None
        row["found"][field.name] = found
        row[field.column] = found["id"] if found else None
    return bad


async def _known(context: Context, target: Target, names: Iterable[str]) -> dict[str, Row]:
    model: Any = _MODELS[target]
    columns = [getattr(_home(model, name), name) for name in ("external_id", *_KEPT[target])]
    query = select(*columns).where(model.external_id.in_(set(names))).order_by(model.id)
    if target is Target.task:
        query = query.join(Project, Project.id == Task.project_id)
    found = await context.session.execute(query.with_for_update(key_share=True, of=model))
    return {row["external_id"]: dict(row) for row in found.mappings()}


def _home(model: Any, name: str) -> Any:
    """The model that has the column: of a task, client and currency are its project's."""
    return model if name in model.__table__.columns else Project


def _missing(context: Context, subject: Subject, field: Field, row: Row, made: Plan) -> Row | None:
    """The columns of a row that is made for want of one, or None where the row that names it is bad."""
    target, name = field.target, row[field.name]
    if target not in _EVENTS:
        made.refuse(row, field.name, f"no {target} has the external id {name!r}; create_missing makes none")
        return None
    if not context.options.create_missing:
        made.refuse(row, field.name, f"no {target} has the external id {name!r}; create_missing would make it")
        return None
    values = {**blank(_MODELS[target]), "external_id": name, **_named(context, subject, target, row, name)}
    if target is Target.task and values["project_id"] is None:
        made.refuse(row, field.name, f"no task has the external id {name!r}; to make it, the row must name its project")
        return None
    change = _new(context, target, values)
    made.referred.append(change)
    known = {**(row["found"].get("project") or {}), **change.values}
    return {column: known[column] for column in _KEPT[target]}


def _new(context: Context, target: Target, facts: Row) -> Change:
    """A row that no line of the file describes, only names."""
    values = {"id": new_id(), "workspace_id": context.actor.workspace_id, **facts, "source": "import"}
    after = {name: value for name, value in facts.items() if value is not None}
    return Change(_MODELS[target], _EVENTS[target], 0, facts["external_id"], values, None, after)


def _named(context: Context, subject: Subject, target: Target, row: Row, name: str) -> Row:
    """What is known of a row from being named: it is called by its external id."""
    currency = row.get("currency") or context.currency
    project = row["found"].get("project")
    match target:
        case Target.client:
            return {
                "name": name,
                "currency": currency,
                "created_on": context.date_of(row.get(subject.dated)) or context.today,
            }
        case Target.person:
            return {"name": name, "email": name if "@" in name else None}
        case Target.service:
            return {"name": name, "currency": currency}
        case Target.project:
            return {"name": name, "currency": context.currency}
        case _:
            return {"title": name, "project_id": project["id"] if project else None}
