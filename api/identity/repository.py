"""Queries of identity. What must be known before a workspace is goes through the functions in schema ``signin``."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping, Select, bindparam, column, func, or_, select, table, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.identity.listing import NAME
from api.identity.models import ApiToken, AppUser, LoginSession, Membership, SignInLink, Workspace, WorkspaceRole
from api.kit.ids import new_id
from api.kit.narrow import narrowed
from api.kit.search import Findable
from imisofts.access import Action, Actor, Role

_STANDING = """
    select m.user_id, m.workspace_id, m.role, m.client_id, r.actions as role_actions, m.rights, m.narrowed,
        array(select c.client_id from membership_scope c where c.membership_id = m.id and c.client_id is not null)
            as clients,
        array(select c.project_id from membership_scope c where c.membership_id = m.id and c.project_id is not null)
            as projects
    from membership m left join workspace_role r on r.workspace_id = m.workspace_id and r.id = m.role_id
    where """

_REPORTS = table("report_setting", column("client_id"), column("locale"))
_OF_REPORTS = select(_REPORTS.c.locale).where(_REPORTS.c.client_id == Membership.client_id)
_OF_WORKSPACE = select(Workspace.locale).where(Workspace.id == Membership.workspace_id)
_PERSON = (
    AppUser.id,
    AppUser.name,
    AppUser.email,
    AppUser.timezone,
    func.coalesce(
        AppUser.locale,
        _OF_REPORTS.correlate(Membership).scalar_subquery(),
        _OF_WORKSPACE.correlate(Membership).scalar_subquery(),
    ).label("locale"),
    WorkspaceRole.name.label("role_name"),
)
_PERSON_BY_ID = (
    select(*_PERSON)
    .select_from(AppUser)
    .outerjoin(Membership, Membership.user_id == AppUser.id)
    .outerjoin(WorkspaceRole, WorkspaceRole.id == Membership.role_id)
    .where(AppUser.id == bindparam("user_id"))
)
_WORKSPACE_AND_PERSON = (
    select(Workspace, *_PERSON)
    .select_from(Workspace)
    .outerjoin(AppUser, AppUser.id == bindparam("user_id"))
    .outerjoin(Membership, Membership.user_id == AppUser.id)
    .outerjoin(WorkspaceRole, WorkspaceRole.id == Membership.role_id)
    .where(Workspace.id == bindparam("workspace_id"))
)
"""Asked for every page, and so put together once."""


async def _first(session: AsyncSession, query: str, **values: Any) -> RowMapping | None:
    return (await session.execute(text(query), values)).mappings().first()


async def session_by_hash(session: AsyncSession, id_hash: bytes, now: datetime) -> RowMapping | None:
    """The living session with all that its user may do here (what :func:`actor_from` reads); one of a workspace that
    is used from chosen networks only is not marked as seen."""
    return await _first(session, "select * from signin.session_by_hash(:hash, :now, null)", hash=id_hash, now=now)


async def standing(session: AsyncSession, membership_id: UUID) -> RowMapping:
    """All that a member may do here, in the words of :func:`session_by_hash`."""
    found = await _first(session, f"{_STANDING} m.id = :membership", membership=membership_id)
    assert found is not None
    return found


async def standings(session: AsyncSession) -> list[RowMapping]:
    """The same of everybody who has joined the session's workspace."""
    return list((await session.execute(text(f"{_STANDING} m.joined_at is not null"))).mappings())


async def standings_of(session: AsyncSession, client_id: UUID) -> list[RowMapping]:
    """The same of everybody of one client who has joined, none of whom changes until the transaction ends."""
    query = select(Membership.id).where(Membership.client_id == client_id).order_by(Membership.id)
    await session.execute(query.with_for_update())
    joined = text(f"{_STANDING} m.client_id = :client and m.joined_at is not null")
    return list((await session.execute(joined, {"client": client_id})).mappings())


async def user_by_email(session: AsyncSession, email: str) -> RowMapping | None:
    """Id and password hash of a person."""
    return await _first(session, "select * from signin.user_by_email(:email)", email=email)


async def memberships_of(session: AsyncSession, user_id: UUID) -> list[RowMapping]:
    """The workspaces (workspace_id, slug, name, role) that a person has joined; an invitation is none yet."""
    found = await session.execute(text("select * from signin.memberships_of(:who)"), {"who": user_id})
    return list(found.mappings())


async def workspace_by_slug(session: AsyncSession, slug: str) -> UUID | None:
    """A workspace's id."""
    row = await _first(session, "select signin.workspace_by_slug(:slug) as id", slug=slug)
    return row["id"] if row else None


async def workspace_by_host(session: AsyncSession, host: str) -> UUID | None:
    """The id of the workspace whose own, verified host this is."""
    row = await _first(session, "select signin.workspace_by_host(:host) as id", host=host)
    return row["id"] if row else None


async def homes_of(session: AsyncSession, user_id: UUID) -> list[RowMapping]:
    """The workspaces (workspace_id, slug, host, name, role) that a person has joined, by name."""
    found = await session.execute(text("select * from signin.homes_of(:who)"), {"who": user_id})
    return list(found.mappings())


async def workspace_of_switch(session: AsyncSession, code_hash: bytes, now: datetime) -> UUID | None:
    """The workspace that a living switch code leads into."""
    row = await _first(session, "select signin.workspace_of_switch(:hash, :now) as id", hash=code_hash, now=now)
    return row["id"] if row else None


async def workspace_ids(session: AsyncSession) -> list[UUID]:
    """All workspaces: for schedules, which then work in one transaction each."""
    return list(await session.scalars(text("select signin.workspace_ids()")))


async def ensure_user(session: AsyncSession, email: str, name: str) -> UUID:
    """The person with this address, made if unknown."""
    values = {"id": new_id(), "email": email, "name": name}
    found = await session.scalar(text("select signin.ensure_user(:id, :email, :name)"), values)
    assert isinstance(found, UUID)
    return found


async def use_link(session: AsyncSession, token_hash: bytes, now: datetime, password_hash: str) -> RowMapping | None:
    """Spend a link: sets the password, ends all sessions; None if the link is not good."""
    query = "select * from signin.use_link(:hash, :now, :password)"
    return await _first(session, query, hash=token_hash, now=now, password=password_hash)


async def rehash(session: AsyncSession, user_id: UUID, old: str, new: str) -> None:
    """Replace a hash made with other parameters, unless the password changed in between."""
    await session.execute(text("select signin.rehash(:who, :old, :new)"), {"who": user_id, "old": old, "new": new})


async def workspace_of(session: AsyncSession, actor: Actor, *, lock: bool = False) -> Workspace:
    """The actor's own workspace."""
    query = select(Workspace).where(Workspace.id == actor.workspace_id)
    return (await session.scalars(query.with_for_update() if lock else query)).one()


async def workspace(session: AsyncSession) -> Workspace:
    """The workspace that the session is bound to."""
    return (await session.scalars(select(Workspace))).one()


async def link(session: AsyncSession, link_id: UUID) -> SignInLink | None:
    """A one-time link of this workspace, locked."""
    return await session.scalar(select(SignInLink).where(SignInLink.id == link_id).with_for_update())


async def link_of(session: AsyncSession, link_id: UUID) -> SignInLink:
    """A one-time link that is known to be there, to read."""
    return (await session.scalars(select(SignInLink).where(SignInLink.id == link_id))).one()


async def look_at_link(session: AsyncSession, token_hash: bytes, now: datetime) -> RowMapping | None:
    """Id, workspace_id, user_id, purpose, email and has_password of a link that still works; it stays as it is."""
    return await _first(session, "select * from signin.look_at_link(:hash, :now)", hash=token_hash, now=now)


async def spend_link(session: AsyncSession, link_id: UUID, now: datetime) -> bool:
    """Use a link of this workspace up; False when somebody was faster."""
    living = (SignInLink.id == link_id, SignInLink.used_at.is_(None), SignInLink.expires_at > now)
    spent = update(SignInLink).where(*living).values(used_at=now).returning(SignInLink.id)
    return await session.scalar(spent) is not None


async def verify_email(session: AsyncSession, user_id: UUID, now: datetime) -> None:
    """Note that the person reads the mail of their address, unless that is noted."""
    await session.execute(text("select signin.verify_email(:who, :now)"), {"who": user_id, "now": now})


async def end_links(session: AsyncSession, user_id: UUID, purpose: str, now: datetime) -> None:
    """Make a person's open links of a purpose in this workspace useless: the newest one counts."""
    open_ones = (SignInLink.purpose == purpose, SignInLink.used_at.is_(None), SignInLink.expires_at > now)
    await session.execute(update(SignInLink).where(SignInLink.user_id == user_id, *open_ones).values(expires_at=now))


async def member(session: AsyncSession, membership_id: UUID) -> Membership | None:
    """A membership of this workspace, locked."""
    return await session.scalar(select(Membership).where(Membership.id == membership_id).with_for_update())


async def lock_owners(session: AsyncSession) -> frozenset[UUID]:
    """The user ids of the workspace's owners, none of whom ceases to be one until the transaction ends."""
    query = select(Membership.user_id).where(Membership.role == Role.owner.value).order_by(Membership.id)
    return frozenset(await session.scalars(query.with_for_update()))


async def count_of(session: AsyncSession, table: Literal["client", "project"], ids: Collection[UUID]) -> int:
    """How many of the ids are rows of the table in this workspace."""
    query = text(f"select count(*) from {table} where id = any(:ids)")
    return int(await session.scalar(query, {"ids": list(ids)}) or 0)


async def role_of(session: AsyncSession, membership_id: UUID) -> str | None:
    """What a member of this workspace is; None where there is no such member."""
    role: str | None = await session.scalar(select(Membership.role).where(Membership.id == membership_id))
    return role


async def person(session: AsyncSession, user_id: UUID) -> RowMapping | None:
    """Id, name and e-mail of a member, the name of a role of the workspace's own, the zone that the person chose, and
    the ``locale`` in which she is told things: her own, else that of her client's reports, else the workspace's."""
    return (await session.execute(_PERSON_BY_ID, {"user_id": user_id})).mappings().first()


async def workspace_and_person(session: AsyncSession, actor: Actor) -> tuple[Workspace, RowMapping | None]:
    """The actor's own workspace, and what :func:`person` says of the actor; None for who is no person."""
    values = {"user_id": actor.user_id, "workspace_id": actor.workspace_id}
    row = (await session.execute(_WORKSPACE_AND_PERSON, values)).mappings().one()
    return row["Workspace"], row if row["id"] is not None else None


async def living_session(session: AsyncSession, session_id: UUID) -> LoginSession | None:
    """A session of this workspace that has not been ended."""
    query = select(LoginSession).where(LoginSession.id == session_id, LoginSession.revoked_at.is_(None))
    return await session.scalar(query)


async def membership_of(session: AsyncSession, user_id: UUID) -> Membership | None:
    """A person's membership in the session's workspace."""
    return await session.scalar(select(Membership).where(Membership.user_id == user_id))


async def members_by_email(session: AsyncSession, emails: Collection[str]) -> dict[str, Membership]:
    """Those of the addresses, in small letters, that belong to the workspace."""
    email = func.lower(AppUser.email)
    query: Select[Any] = select(email, Membership).join(Membership, Membership.user_id == AppUser.id)
    return {row[0]: row[1] for row in await session.execute(query.where(email.in_(emails)))}


async def client_exists(session: AsyncSession, client_id: UUID) -> bool:
    """Whether the workspace has this client."""
    return bool(await session.scalar(text("select exists (select from client where id = :id)"), {"id": client_id}))


def visible_members(actor: Actor) -> Select[Any]:
    """Members of the workspace with their names; to narrowed staff, of its clients' people only those of their own."""
    query = select(Membership).join(AppUser, AppUser.id == Membership.user_id)
    query = query.outerjoin(WorkspaceRole, WorkspaceRole.id == Membership.role_id)
    query = query.where(Membership.workspace_id == actor.workspace_id)
    if actor.client_ids is None:
        return query
    return query.where(or_(Membership.client_id.is_(None), Membership.client_id.in_(actor.client_ids)))


def visible_team(actor: Actor) -> Select[Any]:
    """Clients' people with their names: a client's person sees those of the own client, staff those of its clients."""
    query = select(Membership).join(AppUser, AppUser.id == Membership.user_id)
    query = query.outerjoin(WorkspaceRole, WorkspaceRole.id == Membership.role_id)
    query = query.where(Membership.workspace_id == actor.workspace_id, Membership.client_id.is_not(None))
    return narrowed(query, actor, Membership.client_id)


def visible_tokens(actor: Actor) -> Select[ApiToken]:
    """An actor's own tokens; those of all people for who manages them, the workspace's for who manages these."""
    query, seen = (
        select(ApiToken).where(ApiToken.workspace_id == actor.workspace_id),
        [ApiToken.user_id == actor.user_id],
    )
    if actor.may(Action.user_manage):
        seen.append(ApiToken.user_id.is_not(None))
    if actor.may(Action.workspace_token_manage):
        seen.append(ApiToken.user_id.is_(None))
    return query.where(or_(*seen))


def findable(actor: Actor) -> Findable:
    """Members of the workspace by name and e-mail."""
    return Findable(
        kind="member",
        needs=Action.user_read,
        rows=visible_members(actor),
        ident=Membership.id,
        title=NAME,
        detail=AppUser.email,
        within=(NAME, AppUser.email),
    )
