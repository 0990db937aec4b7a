"""A client's people, managed by its own main person or by staff with that right.

All that can be given stays within one client, and within what the giver may do herself. Seats of the plan are of staff
alone, so that nothing is counted here.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.identity import members, repository, schemas
from api.identity.authentication import actor_from
from api.identity.errors import LastInCharge, UnknownClient
from api.identity.models import Membership
from api.identity.team_schemas import TeamInvitation, TeamStanding
from api.kit import rate_limit
from api.kit.database import Database
from api.kit.errors import Forbidden, NotFound
from api.kit.rate_limit import Limit
from imisofts.access import Action, Actor, Role

EACH_CLIENT = Limit(burst=20, interval=timedelta(minutes=3))
"""Invitations by a client's own people: they are mails in the agency's name, and a refusal tells that an address is
known to the agency."""


async def invite(
    database: Database, session: AsyncSession, actor: Actor, asked: TeamInvitation, secret_key: str
) -> UUID:
    """Invite a colleague; the link goes by mail to that person alone. Gives the membership's id."""
    client_id = _client_of(actor, asked.client_id)
    if actor.is_client:
        async with database.begin(None) as apart:  # counted also where it is refused
            await rate_limit.take(apart, f"team:{client_id}", EACH_CLIENT, session.info["clock"].now())
    person = schemas.UserCreate(email=asked.email, name=asked.name, **_standing(asked, client_id))
    return (await members.invite(session, actor, person, secret_key)).id


async def invite_again(session: AsyncSession, actor: Actor, membership_id: UUID, secret_key: str) -> None:
    """Mail a colleague who has not come in yet the link anew."""
    await _client_of_member(session, actor, membership_id)
    await members.invite_again(session, actor, membership_id, secret_key)


async def update(
    session: AsyncSession, actor: Actor, membership_id: UUID, if_match: str | None, asked: TeamStanding
) -> None:
    """Give a colleague other rights; they count from the person's next request on."""
    client_id = await _client_of_member(session, actor, membership_id)
    before = await _in_charge(session, actor, client_id)
    standing = schemas.UserUpdate(**_standing(asked, client_id))
    await members.update_user(session, actor, membership_id, if_match, standing)
    await _require_somebody_in_charge(session, client_id, before)


async def remove(session: AsyncSession, actor: Actor, membership_id: UUID, if_match: str | None) -> None:
    """Take a colleague's access away, or an invitation back."""
    client_id = await _client_of_member(session, actor, membership_id)
    before = await _in_charge(session, actor, client_id)
    await members.remove_user(session, actor, membership_id, if_match)
    await session.flush()
    await _require_somebody_in_charge(session, client_id, before)


def _standing(asked: TeamStanding, client_id: UUID) -> dict[str, Any]:
    return {"role": Role(asked.role), "rights": asked.rights, "client_id": client_id}


def _client_of(actor: Actor, asked: UUID | None) -> UUID:
    """The client that is meant; one that the actor does not see is answered as one that nobody has."""
    if asked is None and actor.is_client and actor.client_ids:
        return next(iter(actor.client_ids))
    if asked is None:
        raise UnknownClient("Say at which client.", fields=[("client_id", "is needed here")])
    if actor.client_ids is not None and asked not in actor.client_ids:
        fields = [("client_id", "is not a client of this workspace")]
        raise UnknownClient("There is no such client.", fields=fields)
    return asked


async def _client_of_member(session: AsyncSession, actor: Actor, membership_id: UUID) -> UUID:
    query = repository.visible_team(actor).with_only_columns(Membership.client_id)
    found: UUID | None = await session.scalar(query.where(Membership.id == membership_id))
    if found is None:
        raise NotFound("There is no such member.")
    return found


async def _in_charge(session: AsyncSession, actor: Actor, client_id: UUID) -> frozenset[UUID]:
    """Who manages the client's people, all of whom are locked: of two who take each other out at once the second finds
    herself out. Owners are locked first, as everywhere."""
    await repository.lock_owners(session)
    found = await _managers(session, client_id)
    if actor.is_client and actor.user_id not in found:
        raise Forbidden("You do not manage these people any more.")
    return found


async def _require_somebody_in_charge(session: AsyncSession, client_id: UUID, before: Collection[UUID]) -> None:
    if before and not await _managers(session, client_id):
        raise LastInCharge("Nobody would manage this client's people any more: give somebody else that right first.")


async def _managers(session: AsyncSession, client_id: UUID) -> frozenset[UUID]:
    found = (actor_from(row) for row in await repository.standings_of(session, client_id))
    return frozenset(each.user_id for each in found if each.user_id and each.may(Action.team_manage))
