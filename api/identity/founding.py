"""New agencies: made by the operator, or by somebody who signs up and confirms the address.

Nothing but a request is kept before the mail was read, and the password is chosen after: whoever types a stranger's
address into the form gets no account that the stranger opens for them.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity import repository, request_schemas, requests, secrets
from api.identity.authentication import system_of
from api.identity.entrance import Challenge, Device, Entrance, SignedIn, complete_sign_in
from api.identity.errors import AddressTaken, PasswordRefused
from api.identity.factor_models import SignInPolicy
from api.identity.links import join
from api.identity.models import Membership, Workspace
from api.identity.passwords import Passwords
from api.identity.service import EACH_ADDRESS
from api.kit import rate_limit
from api.kit.clock import Clock
from api.kit.database import Database
from api.kit.errors import NotFound
from api.kit.ids import new_id
from api.kit.rate_limit import Limit
from api.kit.rows import facts_of
from api.plans import service as plans
from api.plans.catalogue import PLANS
from imisofts import hosts
from imisofts.access import Actor, Role
from imisofts.settings import Settings

GRACE, ASKED = timedelta(days=14), frozenset({Role.owner.value, Role.admin.value})
EACH_SIGN_UP = Limit(burst=10, interval=timedelta(minutes=1))
EACH_EMAIL = Limit(burst=3, interval=timedelta(minutes=5))


async def found(session: AsyncSession, actor: Actor, row: Workspace, plan: str = "starter") -> None:
    """Make the workspace that the actor, and the transaction, are bound to, on a plan from today on."""
    session.add(row)
    facts = facts_of(row, "slug", "name", "currency", "timezone")
    await events.record(session, actor, EventName.WORKSPACE_CREATED, row, after=facts)
    await plans.set_plan(session, actor, PLANS[plan], session.info["clock"].today(row.timezone))


async def ask_for_factors(session: AsyncSession, actor: Actor) -> None:
    """Who may do most in a new workspace needs a second factor, after a time in which to set one up in peace. The
    workspace may change the rule at any time."""
    starts_at = session.info["clock"].now() + GRACE
    row = SignInPolicy(workspace_id=actor.workspace_id, required_of=sorted(ASKED), starts_at=starts_at)
    session.add(row)
    await session.flush()
    after = {"required_of": row.required_of, "starts_at": starts_at.isoformat()}
    await events.record(session, actor, EventName.SIGN_IN_POLICY_SET, row, after=after)


def require_open(settings: Settings) -> None:
    """404 where nobody signs up."""
    if not settings.sign_up:
        raise NotFound("Nobody signs up here.")


async def slug_problem(session: AsyncSession, slug: str) -> str | None:
    """Why a new workspace cannot have this short name, or None."""
    reason = None
    if slug in hosts.RESERVED:
        reason = "is reserved"
    elif await repository.workspace_by_slug(session, slug):
        reason = "is taken"
    return reason


async def check_slug(database: Database, clock: Clock, slug: str, address: str) -> request_schemas.SlugOut:
    """Whether a short name can be had, while it is typed."""
    async with database.begin(None) as session:
        await rate_limit.take(session, f"sign-in:{address}", EACH_ADDRESS, clock.now())
        return request_schemas.SlugOut(slug=slug, problem=await slug_problem(session, slug))


async def ask(database: Database, clock: Clock, asked: request_schemas.SignUp, address: str, secret_key: str) -> None:
    """Keep the request and mail its link; known and unknown addresses are answered alike."""
    now, email = clock.now(), asked.email.lower()
    async with database.begin(None) as session:
        await rate_limit.take(session, f"sign-up:{address}", EACH_SIGN_UP, now)
        await rate_limit.take(session, f"sign-up:{email}", EACH_EMAIL, now)
        reason = await slug_problem(session, asked.slug)
        if reason:
            raise AddressTaken("Choose another short name.", fields=[("slug", reason)])
        facts = asked.model_dump(include={"name", "agency", "slug", "currency", "timezone", "locale"})
        await requests.keep(session, requests.Asked("sign_up", asked.email, facts), secret_key)


async def look(database: Database, clock: Clock, token: str, address: str) -> request_schemas.SignUpOut:
    """What a link of a sign-up opens; it stays as it is."""
    async with database.begin(None) as session:
        await rate_limit.take(session, f"sign-in:{address}", EACH_ADDRESS, clock.now())
        row = await requests.living(session, token, clock.now(), "sign_up")
        user = await repository.user_by_email(session, row["email"])
        problem = await slug_problem(session, row["facts"]["slug"])
    return request_schemas.SignUpOut(
        email=row["email"],
        agency=row["facts"]["agency"],
        slug=row["facts"]["slug"],
        slug_problem=problem,
        needs_password=not (user and user["password_hash"]),
    )


async def confirm(
    database: Database, passwords: Passwords, clock: Clock, asked: request_schemas.SignUpConfirm, device: Device,
    secret_key: str,
) -> SignedIn | Challenge:  # fmt: skip
    """Make person, agency and ownership at once, and come in; a person who is known stays as she is."""
    now = clock.now()
    async with database.begin(None) as session:
        await rate_limit.take(session, f"sign-in:{device.address}", EACH_ADDRESS, now)
        row = await requests.living(session, asked.token, now, "sign_up")
        user = await repository.user_by_email(session, row["email"])
        facts = request_schemas.Agency(**{**row["facts"], **({"slug": asked.slug} if asked.slug else {})})
        reason = await slug_problem(session, facts.slug)
    if reason:
        raise AddressTaken("Choose another short name.", fields=[("slug", reason)])
    hashed = None
    if not (user and user["password_hash"]):
        weak = secrets.weakness(asked.password or "", row["email"])
        if weak:
            raise PasswordRefused("Choose another password.", fields=[("password", weak)])
        hashed = await passwords.hash(asked.password or "")
    try:
        return await _open(database, asked.token, row["email"], facts, hashed, Entrance(device, secret_key))
    except IntegrityError as error:  # somebody took the name in between
        raise AddressTaken("Choose another short name.", fields=[("slug", "is taken")]) from error


async def _open(
    database: Database, token: str, email: str, facts: request_schemas.Agency, hashed: str | None, entrance: Entrance
) -> SignedIn | Challenge:
    workspace_id = new_id()
    async with database.begin(workspace_id) as session:
        now = session.info["clock"].now()
        await requests.spend(session, token, now)
        values = {"id": new_id(), "email": email, "name": facts.name, "hash": hashed, "now": now}
        made = text("select signin.make_user(:id, :email, :name, :hash, :now)")
        user_id: UUID = (await session.scalars(made, values)).one()
        row = Workspace(
            id=workspace_id, name=facts.agency, **facts.model_dump(include={"slug", "currency", "timezone", "locale"})
        )
        await found(session, system_of(workspace_id), row)
        await ask_for_factors(session, system_of(workspace_id))
        session.add(Membership(workspace_id=workspace_id, user_id=user_id, role=Role.owner.value))
        await session.flush()
        await join(session, user_id, now)
        return await complete_sign_in(session, user_id, entrance)
