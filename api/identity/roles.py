"""Roles of a workspace's own: made, changed and deleted; nobody puts rights into one that she does not have."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity import schemas
from api.identity.errors import BeyondOwnRights, RoleInUse, RoleNameTaken, RoleRefused
from api.identity.models import Membership, WorkspaceRole
from api.kit.concurrency import require_match
from api.kit.errors import NotFound
from api.kit.rows import facts_of
from imisofts.access import ACTIONS_OF_ROLE, CLIENT_ROLES, OF_EVERYBODY, Action, Actor, Role, grantable

BUILT_IN = {
    Role.owner: ("Owner", "Runs the agency: everything, and the only one who makes owners."),
    Role.admin: ("Administrator", "Everything in the agency but making owners."),
    Role.member: (
        "Team member",
        "Clients, projects, time, tickets and invoices; no settings, no margins.",
    ),
    Role.client: ("Client", "A client's main person: its own things, and the people of its own team."),
    Role.client_team: ("Client team member", "A colleague at a client, with single rights chosen for each."),
}
STAND_IN = {"staff": Role.member, "client": Role.client}
"""The role that a person with a role of the workspace's own has underneath, by the role's kind."""


async def every(session: AsyncSession, actor: Actor) -> list[schemas.RoleOut]:
    """Built-in roles first, then the workspace's own by name, each with how many people have it."""
    counted = await session.execute(
        select(Membership.role, Membership.role_id, func.count()).group_by(Membership.role, Membership.role_id)
    )
    people = {(role, role_id): count for role, role_id, count in counted}
    own = await session.scalars(visible_to(actor).order_by(func.lower(WorkspaceRole.name)))
    built_in = [_built_in(role, people.get((role.value, None), 0)) for role in BUILT_IN]
    return built_in + [out(row, people.get((STAND_IN[row.kind].value, row.id), 0)) for row in own]


def visible_to(actor: Actor) -> Select[WorkspaceRole]:
    """The roles of the actor's workspace."""
    return select(WorkspaceRole).where(WorkspaceRole.workspace_id == actor.workspace_id)


def _built_in(role: Role, people: int) -> schemas.RoleOut:
    name, description = BUILT_IN[role]
    return schemas.RoleOut(
        id=None,
        role=role,
        name=name,
        description=description,
        kind="client" if role in CLIENT_ROLES else "staff",
        actions=sorted(ACTIONS_OF_ROLE[role]),
        people=people,
        version=None,
    )


def out(row: WorkspaceRole, people: int) -> schemas.RoleOut:
    """A role of the workspace's own as the API shows it."""
    facts = facts_of(row, "id", "name", "description", "kind", "actions", "version")
    return schemas.RoleOut(**facts, role=STAND_IN[row.kind], people=people)


async def one(session: AsyncSession, actor: Actor, role_id: UUID, *, lock: bool = False) -> WorkspaceRole:
    """One role of the workspace's own; :class:`NotFound` for every other id."""
    query = visible_to(actor).where(WorkspaceRole.id == role_id)
    found = await session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("There is no such role.")
    return found


async def people_of(session: AsyncSession, role_id: UUID) -> int:
    """How many people have the role."""
    return int(await session.scalar(select(func.count()).where(Membership.role_id == role_id)) or 0)


async def create(session: AsyncSession, actor: Actor, given: schemas.RoleCreate) -> WorkspaceRole:
    """A new role, with no more than the actor's own rights."""
    _require_givable(actor, given.kind, given.actions)
    await _require_free(session, actor, given.name, None)
    row = WorkspaceRole(
        workspace_id=actor.workspace_id,
        name=given.name,
        description=given.description,
        kind=given.kind,
        actions=_stored(given.actions),
    )
    session.add(row)
    await events.record(session, actor, EventName.ROLE_CREATED, row, after=_facts(row))
    await session.refresh(row)
    return row


async def update(
    session: AsyncSession, actor: Actor, role_id: UUID, if_match: str | None, change: schemas.RoleUpdate
) -> WorkspaceRole:
    """Change what was sent; counts for everybody with the role from their next request on."""
    row = await one(session, actor, role_id, lock=True)
    require_match(if_match, row.version)
    before = _facts(row)
    if change.actions is not None:
        _require_givable(actor, row.kind, change.actions, known=row.actions)
        row.actions = _stored(change.actions)
    if change.name is not None:
        await _require_free(session, actor, change.name, row.id)
        row.name = change.name
    if change.description is not None:
        row.description = change.description
    row.version += 1
    await events.record(session, actor, EventName.ROLE_UPDATED, row, before=before, after=_facts(row))
    return row


async def delete(session: AsyncSession, actor: Actor, role_id: UUID, if_match: str | None) -> None:
    """Take away a role that nobody has."""
    row = await one(session, actor, role_id, lock=True)
    require_match(if_match, row.version)
    if people := await people_of(session, row.id):
        raise RoleInUse(f"{people} have this role. Give them another one first.")
    await events.record(session, actor, EventName.ROLE_DELETED, row, before=_facts(row))
    await session.delete(row)
    await session.flush()


def _facts(row: WorkspaceRole) -> dict[str, object]:
    return facts_of(row, "name", "description", "kind", "actions")


def _stored(actions: Collection[Action]) -> list[str]:
    return sorted({action.value for action in actions} | OF_EVERYBODY)


def _require_givable(actor: Actor, kind: str, actions: Collection[str], known: Collection[str] = ()) -> None:
    if beyond := set(actions) - grantable(STAND_IN[kind]) - OF_EVERYBODY:
        raise RoleRefused("People of a client cannot do this.", fields=[("actions", ", ".join(sorted(beyond)))])
    if beyond := set(actions) - set(known) - actor.actions:
        raise BeyondOwnRights(f"You cannot give rights that you do not have: {', '.join(sorted(beyond))}.")


async def _require_free(session: AsyncSession, actor: Actor, name: str, but: UUID | None) -> None:
    query = visible_to(actor).where(
        func.lower(WorkspaceRole.name) == name.lower(), WorkspaceRole.id.is_distinct_from(but)
    )
    known = {name.lower() for name, _ in BUILT_IN.values()}
    if name.lower() in known or await session.scalar(query.with_only_columns(WorkspaceRole.id)) is not None:
        raise RoleNameTaken("There is a role of this name already.", fields=[("name", "is taken")])
