"""Carrying out a plan: many rows in few statements, one event for each, in the import's own transaction."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import Table

from api.billing.service import Invoice, InvoiceLine
from api.clients.service import Client
from api.events import service as events
from api.identity import members
from api.imports import bulk, repository
from api.imports.plan import Change, Context, Plan
from api.plans import service as limits
from imisofts.access import CLIENT_ROLES

CHUNK = 2000
Tell = Callable[[int, int], Awaitable[None]]


async def carry_out(context: Context, plan: Plan, total: int, tell: Tell) -> None:
    """Write everything that the plan says, telling how many of ``total`` rows are done after each chunk."""
    for changes in _by_model(plan.referred):
        for start in range(0, len(changes), CHUNK):
            await _create(context, changes[start : start + CHUNK])
    done = total - len(plan.created) - len(plan.changed)
    for changes, write in ((plan.created, _create), (plan.changed, _change)):
        for start in range(0, len(changes), CHUNK):
            chunk = changes[start : start + CHUNK]
            await write(context, chunk)
            done += len(chunk)
            await tell(done, total)
    if any(change.model is Client for change in (*plan.referred, *plan.created)):
        await limits.hold(context.session, "clients")
    if plan.followed:
        await _change(context, plan.followed)
    await _write_parts(context, plan)
    await _invite(context, plan, total, tell)


async def _write_parts(context: Context, plan: Plan) -> None:
    """What belongs to the rows before and has no event of its own."""
    for model, rows in plan.updates.items():
        await bulk.update(context.session, _table(model), rows)
    for model, rows in plan.inserts.items():
        await bulk.insert(context.session, _table(model), rows)
    for statement, parameters in plan.statements:
        await context.session.execute(statement, parameters)
    await bulk.update(context.session, _table(Invoice), plan.settled)


async def _invite(context: Context, plan: Plan, total: int, tell: Tell) -> None:
    """Each by the door of identity, with its event and its mail."""
    for number, invitation in enumerate(plan.invited, 1):
        await members.invite(context.session, context.actor, invitation.asked, context.secret_key)
        await tell(total - len(plan.invited) + number, total)


async def require_seats(context: Context, plan: Plan) -> None:
    """Before anybody is invited, also for a dry run: the plan has a seat for each of staff."""
    staff = [each for each in plan.invited if each.asked.role not in CLIENT_ROLES]
    if staff:
        await limits.require_seats(context.session, len(staff))


def _by_model(changes: Sequence[Change]) -> list[list[Change]]:
    """In the order in which the models first come: what is referred to stands before what refers to it."""
    found: dict[Any, list[Change]] = defaultdict(list)
    for change in changes:
        found[change.model].append(change)
    return list(found.values())


async def _create(context: Context, changes: Sequence[Change]) -> None:
    await bulk.insert(context.session, _table(changes[0].model), [change.values for change in changes])
    await bulk.insert(context.session, _table(InvoiceLine), [change.lines for change in changes if change.lines])
    await _record(context, changes)


async def _change(context: Context, changes: Sequence[Change]) -> None:
    await bulk.update(context.session, _table(changes[0].model), [change.values for change in changes])
    if changes[0].model is Invoice:
        await repository.replace_lines(context.session, [change.lines for change in changes if change.lines])
        await repository.follow_client(context.session, [change.id for change in changes])
    await _record(context, changes)


async def _record(context: Context, changes: Sequence[Change]) -> None:
    """One event each, and nothing else: an import is silent."""
    made = [
        events.event_of(
            context.actor,
            change.event,
            change.model(id=change.id),
            context.now,
            before=change.before,
            after=change.after,
        )
        for change in changes
    ]
    table = _table(type(made[0]))
    await bulk.insert(context.session, table, [repository.event_values(event) for event in made])


def _table(model: Any) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table
