"""The plan of a kind whose rows are rows of one table: find ours by its key, compare what the file gives, decide."""

from typing import Any

from sqlalchemy import select, tuple_

from api.imports import references
from api.imports.plan import Change, Context, Plan
from api.imports.subject import Row, RowRefused, Subject, blank
from api.kit.ids import new_id


async def plan(context: Context, subject: Subject, rows: list[Row]) -> Plan:
    """Create what is not there, replace what differs, leave alone what was made or changed here.

    A column that the file does not give is left as it is; so is one that may not be empty where the file's cell is.
    """
    made = Plan()
    rows = await references.resolve(context, subject, rows, made)
    ours_of = await present(context, subject, rows)
    for row in rows:
        ours = ours_of.get(key_of(subject, row))
        try:
            if subject.complete is not None:
                subject.complete(context, row, ours)
        except RowRefused as refused:
            made.refuse(row, refused.field, str(refused))
            continue
        decide(context, subject, row, ours, made)
    return made


def key_of(subject: Subject, row: Row) -> tuple[Any, ...]:
    """What finds our row; a row that has no external id of its own is shown by this key."""
    return tuple(row[name] for name in subject.key)


async def present(context: Context, subject: Subject, rows: list[Row]) -> dict[tuple[Any, ...], Any]:
    """Our rows of these keys, locked: nobody changes them meanwhile."""
    columns = subject.model.__table__.columns
    keys = [columns[name] for name in subject.key]
    if len(keys) == 1:
        wanted = keys[0].in_({row[subject.key[0]] for row in rows})
    else:
        wanted = tuple_(*keys).in_({key_of(subject, row) for row in rows})
    query = select(*columns).where(wanted).order_by(columns["id"]).with_for_update()
    found = await context.session.execute(query)
    return {tuple(getattr(ours, name) for name in subject.key): ours for ours in found}


def given(subject: Subject, row: Row) -> Row:
    """The columns that the row fills; None where it empties one."""
    columns = subject.model.__table__.columns
    return {
        name: row[name]
        for name in subject.columns
        if name in row and not (row[name] is None and not columns[name].nullable)
    }


def decide(
    context: Context, subject: Subject, row: Row, ours: Any, made: Plan, *, differs: bool = False
) -> Change | None:
    """What becomes of one row; the change, when there is one. ``differs``: some part of it elsewhere is another."""
    facts = given(subject, row)
    if ours is None:
        return create(context, subject, row, facts, made)
    before = {name: getattr(ours, name) for name in facts}
    if before == facts and not differs:
        made.unchanged += 1
        return None
    if not _ours_to_change(subject, row, ours, made):
        return None
    values = {"id": ours.id, **{name: facts.get(name, getattr(ours, name)) for name in subject.columns}}
    change = Change(subject.model, subject.event, row["line"], row["external_id"], values, before, facts)
    made.changed.append(change)
    return change


def create(context: Context, subject: Subject, row: Row, facts: Row, made: Plan) -> Change:
    """A row that was not there."""
    facts = {**blank(subject.model), **facts}
    identity = {"id": new_id(), "workspace_id": context.actor.workspace_id, "source": "import"}
    after = {name: value for name, value in facts.items() if value is not None}
    change = Change(subject.model, subject.event, row["line"], row["external_id"], {**facts, **identity}, None, after)
    made.created.append(change)
    return change


def _ours_to_change(subject: Subject, row: Row, ours: Any, made: Plan) -> bool:
    if ours.source != "import":
        made.keep(row, f"this {subject.noun} was made here; an import does not change it")
    elif getattr(ours, "touched_at", None) is not None:
        made.keep(row, f"this {subject.noun} was changed here since it was imported")
    else:
        return True
    return False
