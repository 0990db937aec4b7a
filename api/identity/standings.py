"""What a member is in a workspace: a role, single rights, chosen clients and projects; given and told in one place."""

from collections.abc import Collection
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.identity import repository, schemas
from api.identity.authentication import actor_from
from api.identity.errors import BeyondOwnRights, RoleRefused, UnknownClient
from api.identity.models import Membership, MembershipScope, WorkspaceRole
from api.kit.errors import Forbidden
from api.kit.rows import facts_of
from imisofts.access import ACTIONS_OF_ROLE, CLIENT_ROLES, Actor, Role, actions_of

KIND_OF_ROLE = {Role.member: "staff", Role.client: "client"}
SCOPES: dict[str, Literal["client", "project"]] = {"client_ids": "client", "project_ids": "project"}
"""The built-in roles in whose place a role of the workspace's own may stand, with its kind."""


def is_owner(actor: Actor, owners: Collection[UUID]) -> bool:
    """Whether the actor runs the agency, or the installation; ``owners`` are read under a lock, so that two owners
    cannot take each other out at once."""
    return actor.role is Role.owner and (actor.user_id is None or actor.user_id in owners)


async def require_governable(session: AsyncSession, actor: Actor, row: Membership, owners: Collection[UUID]) -> None:
    """Whether the actor may decide about this member: owners are an owner's, and nobody is who may do more. ``owners``
    were locked before the member was read."""
    if row.role == Role.owner and not is_owner(actor, owners):
        raise Forbidden("Only an owner changes an owner's access.")
    theirs = actor_from(await repository.standing(session, row.id)).actions
    if not theirs <= actor.actions:
        raise BeyondOwnRights("This person may do more here than you: an owner has to change it.")


async def require_givable(session: AsyncSession, actor: Actor, asked: schemas.Standing) -> None:
    """Whether all that is asked for fits together, is there, and is the actor's to give."""
    if asked.role is Role.owner and actor.role is not Role.owner:
        raise Forbidden("Only an owner makes an owner.")
    await _require_client(session, asked)
    await _require_scope(session, asked)
    own = await _own_actions(session, asked)
    _require_rights(asked)
    given = actions_of(asked.role, own=own, rights=asked.rights, narrowed=asked.narrowed)
    if beyond := given - actor.actions:
        raise BeyondOwnRights(f"You cannot give rights that you do not have: {', '.join(sorted(beyond))}.")


async def _require_client(session: AsyncSession, asked: schemas.Standing) -> None:
    if (asked.role in CLIENT_ROLES) != (asked.client_id is not None):
        fields = [("client_id", "does not fit the role")]
        raise UnknownClient("People of a client have a client, others have none.", fields=fields)
    if asked.client_id and not await repository.client_exists(session, asked.client_id):
        fields = [("client_id", "is not a client of this workspace")]
        raise UnknownClient("There is no such client.", fields=fields)


async def _require_scope(session: AsyncSession, asked: schemas.Standing) -> None:
    if asked.narrowed and asked.role is not Role.member:
        fields = [("client_ids", "do not fit the role")]
        raise RoleRefused("Only team members work for chosen clients or projects.", fields=fields)
    for name, table in SCOPES.items():
        ids = set(getattr(asked, name) or ())
        if ids and await repository.count_of(session, table, ids) < len(ids):
            raise RoleRefused(f"There is no such {table}.", fields=[(name, f"names no {table} of this workspace")])


async def _own_actions(session: AsyncSession, asked: schemas.Standing) -> list[str] | None:
    if asked.role_id is None:
        return None
    query = select(WorkspaceRole).where(WorkspaceRole.id == asked.role_id).with_for_update(read=True)
    found = await session.scalar(query)
    if found is None:
        raise RoleRefused("There is no such role.", fields=[("role_id", "is no role of this workspace")])
    if found.kind != KIND_OF_ROLE.get(asked.role):
        raise RoleRefused("This role is for others.", fields=[("role_id", f"is for {found.kind}")])
    return found.actions


def _require_rights(asked: schemas.Standing) -> None:
    if (asked.role is Role.client_team) != (asked.rights is not None):
        fields = [("rights", "do not fit the role")]
        raise RoleRefused("A client's team member has single rights, others have none.", fields=fields)
    beyond = set(asked.rights or ()) - ACTIONS_OF_ROLE[Role.client_team]
    if beyond:
        words = ", ".join(sorted(beyond))
        raise RoleRefused("These are no rights of a client.", fields=[("rights", f"cannot include {words}")])


async def give(session: AsyncSession, row: Membership, asked: schemas.Standing) -> None:
    """Make the member what was asked for; counts from the person's next request on."""
    row.role, row.client_id, row.role_id = asked.role.value, asked.client_id, asked.role_id
    row.rights = None if asked.rights is None else sorted({right.value for right in asked.rights})
    row.narrowed = asked.narrowed
    await session.flush()
    await session.execute(delete(MembershipScope).where(MembershipScope.membership_id == row.id))
    key = {"workspace_id": row.workspace_id, "membership_id": row.id}
    session.add_all(MembershipScope(**key, client_id=each) for each in dict.fromkeys(asked.client_ids or ()))
    session.add_all(MembershipScope(**key, project_id=each) for each in dict.fromkeys(asked.project_ids or ()))
    await session.flush()


async def facts(session: AsyncSession, row: Membership) -> dict[str, Any]:
    """What a member is, as answers and events tell it."""
    found = await repository.standing(session, row.id)
    scope = {"client_ids": sorted(found["clients"]), "project_ids": sorted(found["projects"])}
    return facts_of(row, "role", "role_id", "rights", "client_id", "narrowed") | scope


async def role_name(session: AsyncSession, row: Membership) -> str | None:
    """The name of the member's role, where it is one of the workspace's own."""
    if row.role_id is None:
        return None
    return await session.scalar(select(WorkspaceRole.name).where(WorkspaceRole.id == row.role_id))
