"""People who sign in, from a file: invited with a role, single rights, and the clients or projects they work for.

Nobody who has access already is changed by a file: such rows are unchanged, or kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from api.clients.models import Client
from api.events.schemas import EventName
from api.identity import repository, roles, standings
from api.identity.models import Membership
from api.identity.schemas import RoleOut, UserCreate
from api.imports.fields import Field, email, key, text
from api.imports.plan import Context, Invitation, Plan
from api.imports.schemas import Kind
from api.imports.subject import Row, RowRefused, Subject
from api.kit.errors import ApiError
from api.projects.models import Project
from imisofts.access import ACTIONS_OF_ROLE, OF_EVERYBODY, Role

LARGEST: Final = 500
"""People in one file: each is a mail in the agency's name."""
_COLUMN_OF: Final = {
    "client_id": "client", "client_ids": "clients", "project_ids": "projects", "role_id": "role",
    "rights": "rights", "email": "email", "name": "name",
}  # fmt: skip
_RIGHTS: Final = ", ".join(sorted(ACTIONS_OF_ROLE[Role.client_team] - OF_EVERYBODY))
Names = dict[str, set[UUID]]
"""Ids by external id, and by name in small letters."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the file's words can mean in this workspace."""

    roles: dict[str, RoleOut]
    clients: Names
    projects: Names
    members: dict[str, Membership]


def address(value: str) -> str:
    """An e-mail address; the invitation goes there."""
    return email(value).lower()


async def plan_users(context: Context, subject: Subject, rows: list[Row]) -> Plan:
    """Invite whoever has no access yet; whether a row may be is asked of identity, which carries it out."""
    made = Plan()
    known = await _known(context, rows)
    for row in rows[:LARGEST]:
        try:
            await _plan_one(context, known, row, made)
        except RowRefused as refused:
            made.refuse(row, refused.field, str(refused))
    for row in rows[LARGEST:]:
        made.refuse(row, "email", f"is beyond the {LARGEST} people that one file may bring")
    if made.invited and context.options.dry_run:
        made.notes.append("Once you import, each of these people gets an invitation by mail, open for seven days.")
    return made


async def _plan_one(context: Context, known: _Known, row: Row, made: Plan) -> None:
    asked = _asked(known, row)
    member = known.members.get(asked.email)
    if member is not None:
        if await _is_same(context, member, asked):
            made.unchanged += 1
        else:
            made.keep(row, "this person has access already; an import does not change it")
        return
    try:
        await standings.require_givable(context.session, context.actor, asked)
    except ApiError as refusal:
        field = next((_COLUMN_OF.get(each.name, "role") for each in refusal.fields), "role")
        raise RowRefused(field, refusal.detail) from None
    told = {field.name: row[field.name] for field in USERS.fields if row.get(field.name) and field.name != "email"}
    made.invited.append(Invitation(row["line"], asked, told))


def _asked(known: _Known, row: Row) -> UserCreate:
    """The row in identity's words; refused where a word means nothing here, or several things."""
    role = known.roles.get(row["role"].lower())
    if role is None:
        raise RowRefused("role", f"{row['role']!r} is no role here")
    if role.role is Role.owner:
        raise RowRefused("role", "owners are invited one by one")
    narrowed = bool(row.get("clients") or row.get("projects"))
    values: dict[str, Any] = {
        "email": row["email"],
        "name": row["name"],
        "role": role.role,
        "role_id": role.id,
        "client_id": _one(known.clients, "client", row["client"]) if row.get("client") else None,
        "rights": _listed(row.get("rights")) if row.get("rights") else None,
        "client_ids": _every(known.clients, "clients", row.get("clients")) if narrowed else None,
        "project_ids": _every(known.projects, "projects", row.get("projects")) if narrowed else None,
    }
    try:
        return UserCreate(**values)
    except ValidationError as error:
        first = error.errors()[0]
        field = _COLUMN_OF.get(str(first["loc"][0]), "role")
        if field == "rights":
            raise RowRefused(field, f"rights are some of {_RIGHTS}") from None
        raise RowRefused(field, first["msg"].removeprefix("Value error, ")) from None


def _listed(words: str | None) -> list[str]:
    return [word.strip() for word in (words or "").split(";") if word.strip()]


def _every(names: Names, field: str, words: str | None) -> list[UUID]:
    return [_one(names, field, word) for word in _listed(words)]


def _one(names: Names, field: str, word: str) -> UUID:
    found = names.get(word) or names.get(word.lower()) or set()
    if not found:
        raise RowRefused(field, f"nothing here has the external id or the name {word!r}")
    if len(found) > 1:
        raise RowRefused(field, f"{word!r} is the name of several; write the external id")
    return next(iter(found))


async def _is_same(context: Context, member: Membership, asked: UserCreate) -> bool:
    """Whether somebody is already what the file says."""
    facts = await standings.facts(context.session, member)
    wanted = asked.model_dump(include={"role", "role_id", "client_id", "rights", "narrowed"})
    scope = {name: sorted(getattr(asked, name) or ()) for name in standings.SCOPES}
    rights = None if asked.rights is None else sorted({right.value for right in asked.rights})
    return facts == {**wanted, **scope, "role": asked.role.value, "rights": rights, "narrowed": asked.narrowed}


async def _known(context: Context, rows: Iterable[Row]) -> _Known:
    rows = list(rows)
    every = await roles.every(context.session, context.actor)
    by_name = {one.name.lower(): one for one in every} | {one.role.value: one for one in every if one.id is None}
    clients = {word for row in rows for word in [row.get("client"), *_listed(row.get("clients"))] if word}
    projects = {word for row in rows for word in _listed(row.get("projects"))}
    return _Known(
        by_name,
        await _named(context, Client, Client.name, clients),
        await _named(context, Project, Project.name, projects),
        await repository.members_by_email(context.session, [row["email"] for row in rows]),
    )


async def _named(
    context: Context, model: type[Client] | type[Project], name: InstrumentedAttribute[str], words: set[str]
) -> Names:
    """Rows that are not archived; an external id goes before a name."""
    wanted = or_(model.external_id.in_(words), func.lower(name).in_({word.lower() for word in words}))
    query = select(model.id, model.external_id, name).where(model.archived_at.is_(None), wanted)
    names: Names = {}
    found = (await context.session.execute(query)).all()
    for ident, _, called in found:
        names.setdefault(called.lower(), set()).add(ident)
    return names | {external: {ident} for ident, external, _ in found if external}


USERS: Final = Subject(
    kind=Kind.users,
    about="Who signs in: staff and clients' people, each invited by mail. Takes the right to manage members.",
    noun="user",
    fields=(
        Field("email", address, required=True),
        Field("name", key, required=True, fallback="email", about="Default: the e-mail."),
        Field(
            "role", key, required=True, about="admin, member, client, client_team, or the name of a role of your own."
        ),
        Field("client", key, about="Of a client's person: the client's external id, or its name."),
        Field("rights", text, about="Of a client_team member: single rights, separated by semicolons (invoice.read)."),
        Field("clients", text, about="Of a member who works for these alone: external ids or names, by semicolons."),
        Field("projects", text, about="Single projects beside them: external ids or names, separated by semicolons."),
    ),
    model=Membership,
    event=EventName.USER_ADDED,
    plan=plan_users,
    key=("email",),
)
