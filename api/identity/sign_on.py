"""Single sign-on: a workspace's own people come in by its provider.

What the provider says counts for this workspace alone, and only for people of domains that the workspace has proven.
A person who belongs elsewhere too is never let in on a provider's word, which would be a way into the other workspace;
and a session that began so leads to no other workspace.
"""

import asyncio
import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity import domains, factor_queries, provider, repository, sealing, secrets, sign_on_schemas
from api.identity.authentication import system_of
from api.identity.entrance import Challenge, Device, Entrance, SignedIn, complete_sign_in
from api.identity.errors import SignOnRefused
from api.identity.links import join
from api.identity.models import LoginSession, Membership
from api.identity.provider import Exchange, Provider, ProviderProblem
from api.identity.service import EACH_ADDRESS
from api.identity.sign_on_models import ExternalIdentity, SignOn
from api.kit import rate_limit
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.database import Database
from api.kit.errors import NotFound
from api.kit.ids import new_id
from imisofts import hosts
from imisofts.access import Actor
from imisofts.settings import Settings

PURPOSE, LIFE = "single sign-on", timedelta(minutes=10)
CALLBACK, SIGN_OUT = "/sign-on/callback", "/v1/session/sign-on/signed-out"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
SPENT = "This sign-in took too long, or was begun in another browser. Begin it once more."


async def _row(session: AsyncSession, *, lock: bool = False) -> SignOn | None:
    query = select(SignOn)
    return await session.scalar(query.with_for_update() if lock else query)


async def _shown(session: AsyncSession, row: SignOn | None, settings: Settings) -> sign_on_schemas.SignOnOut:
    facts: dict[str, Any] = dict.fromkeys(sign_on_schemas.SignOnOut.model_fields)
    facts |= {"domains": [], "proven_domains": [], "enabled": False}
    if row is not None:
        facts |= {name: getattr(row, name) for name in facts if hasattr(row, name)}
        facts["record_value"] = domains.MARK + row.token
    workspace = await repository.workspace(session)
    here = hosts.origin(settings, workspace.slug, workspace.host)
    facts |= {"redirect_uri": here + CALLBACK, "sign_out_uri": f"{here}{SIGN_OUT}?workspace={workspace.slug}"}
    return sign_on_schemas.SignOnOut(**facts)


async def _redirect_uri(session: AsyncSession, settings: Settings) -> str:
    workspace = await repository.workspace(session)
    return hosts.origin(settings, workspace.slug, workspace.host) + CALLBACK


async def get(session: AsyncSession, settings: Settings) -> sign_on_schemas.SignOnOut:
    """The workspace's provider."""
    return await _shown(session, await _row(session), settings)


async def put(
    session: AsyncSession, actor: Actor, asked: sign_on_schemas.SignOnPut, settings: Settings
) -> sign_on_schemas.SignOnOut:
    """Name the provider. It is used once it was checked; a domain that stays stays proven."""
    row = await _row(session, lock=True)
    if row is None:
        row = SignOn(workspace_id=actor.workspace_id, token=secrets.new_secret(), proven_domains=[])
        session.add(row)
    elif (row.issuer, row.client_id) != (asked.issuer, asked.client_id):
        row.discovered = row.checked_at = row.problem = None
    if asked.client_secret is not None:
        sealed = sealing.lock(asked.client_secret.encode(), actor.workspace_id.bytes, settings.secret_key)
        row.secret_sealed = sealed
    elif row.secret_sealed is None:
        raise SignOnRefused("The provider's secret is missing.", fields=[("client_secret", "is needed")])
    row.issuer, row.client_id, row.role, row.enabled = asked.issuer, asked.client_id, asked.role, asked.enabled
    row.domains = sorted(set(asked.domains))
    row.proven_domains = [name for name in row.proven_domains if name in row.domains]
    row.version = (row.version or 0) + 1
    await session.flush()
    after = {"issuer": row.issuer, "domains": row.domains, "role": row.role, "enabled": row.enabled}
    await events.record(session, actor, EventName.SIGN_ON_SET, row, after=after)
    return await _shown(session, row, settings)


async def remove(session: AsyncSession, actor: Actor, if_match: str | None) -> None:
    """No single sign-on any more; sessions that began by it end on their own day."""
    row = await _row(session, lock=True)
    if row is None:
        raise NotFound("There is no single sign-on.")
    require_match(if_match, row.version)
    await events.record(session, actor, EventName.SIGN_ON_REMOVED, row, before={"issuer": row.issuer})
    await session.delete(row)


async def check(database: Database, clock: Clock, actor: Actor, settings: Settings) -> sign_on_schemas.SignOnOut:
    """Ask the provider what it is, and each domain for its record, with no transaction open meanwhile."""
    async with database.begin(actor.workspace_id, read_only=True) as session:
        asked = await _row(session)
    if asked is None:
        raise NotFound("There is no single sign-on.")
    found, reason = None, None
    try:
        found = await provider.discover(asked.issuer, settings)
    except ProviderProblem as problem:
        reason = str(problem)
    mark = domains.MARK + asked.token
    names = [f"{domains.PREFIX}.{name}" for name in asked.domains]
    missing = await asyncio.gather(*(asyncio.to_thread(domains.missing, name, mark, settings) for name in names))
    proven = [name for name, why in zip(asked.domains, missing, strict=True) if why is None]
    async with database.begin(actor.workspace_id) as session:
        row = await _row(session, lock=True)
        if row is None or (row.token, row.issuer, row.domains) != (asked.token, asked.issuer, asked.domains):
            raise NotFound("Single sign-on was changed meanwhile.")
        before = {"proven_domains": row.proven_domains}
        row.discovered, row.problem, row.checked_at, row.proven_domains = found, reason, clock.now(), proven
        row.version += 1
        await session.flush()
        after = {"proven_domains": proven}
        await events.record(session, actor, EventName.SIGN_ON_CHECKED, row, before=before, after=after)
        return await _shown(session, row, settings)


async def go(
    database: Database, clock: Clock, asked: sign_on_schemas.SignOnAsk, device: Device, settings: Settings
) -> sign_on_schemas.SignOnGo:
    """Where the browser goes. The ticket it keeps binds what comes back to it, once."""
    now = clock.now()
    async with database.begin(None) as session:
        await rate_limit.take(session, f"sign-in:{device.address}", EACH_ADDRESS, now)
        workspace_id = device.place
        if workspace_id is None:
            domain = (asked.email or "").rpartition("@")[2]
            query = text("select signin.sign_on_by_domain(:domain)")
            workspace_id = await session.scalar(query, {"domain": domain})
    if workspace_id is None:
        raise SignOnRefused("Nobody comes in by single sign-on with this address.", fields=[("email", "has none")])
    async with database.begin(workspace_id, read_only=True) as session:
        row = await _row(session)
        redirect_uri = await _redirect_uri(session, settings)
    if row is None or not row.enabled or row.discovered is None:
        raise SignOnRefused("Single sign-on is not set up here.")
    state, nonce, verifier = secrets.new_secret(), secrets.new_secret(), secrets.new_secret()
    claims: dict[str, Any] = {"workspace": str(workspace_id), "state": state, "nonce": nonce, "verifier": verifier}
    claims |= {"redirect": redirect_uri, "remember": asked.remember}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query_string = {
        "response_type": "code",
        "client_id": row.client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid email profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **({"login_hint": asked.email} if asked.email else {}),
    }
    url = provider.with_query(Provider.of(row.discovered).authorization_endpoint, query_string)
    return sign_on_schemas.SignOnGo(url=url, ticket=sealing.seal(PURPOSE, claims, now, LIFE, settings.secret_key))


async def come_back(
    database: Database, clock: Clock, brought: sign_on_schemas.SignOnBack, device: Device, settings: Settings
) -> SignedIn | Challenge:
    """Let in who the provider says it is; a second factor of ours is asked for as ever."""
    now = clock.now()
    opened = sealing.unseal(PURPOSE, brought.ticket, now, settings.secret_key)
    if opened is None or not hmac.compare_digest(opened.claims["state"].encode(), brought.state.encode()):
        raise SignOnRefused(SPENT)
    workspace_id, said = UUID(opened.claims["workspace"]), opened.claims
    if device.place not in (None, workspace_id):
        raise SignOnRefused(SPENT)
    async with database.begin(None) as session:
        await rate_limit.take(session, f"sign-in:{device.address}", EACH_ADDRESS, now)
        if not await factor_queries.spend(session, opened.mark, opened.expires_at):
            raise SignOnRefused(SPENT)
    async with database.begin(workspace_id, read_only=True) as session:
        row = await _row(session)
    if row is None or not row.enabled or row.discovered is None:
        raise SignOnRefused("Single sign-on is not set up here.")
    secret = sealing.unlock(row.secret_sealed, workspace_id.bytes, settings.secret_key).decode()
    wanted = Exchange(row.client_id, secret, said["redirect"], said["verifier"], said["nonce"])
    try:
        claims = await provider.exchange(Provider.of(row.discovered), brought.code, wanted, now, settings)
    except ProviderProblem as problem:
        raise SignOnRefused(str(problem)) from problem
    entrance = Entrance(device, settings.secret_key, bool(said["remember"]))
    async with database.begin(workspace_id) as session:
        user_id = await _who(session, row, claims, now)
        came = await complete_sign_in(session, user_id, entrance)
        if isinstance(came, SignedIn):
            await _confine(session, came, user_id)
        return came


async def _who(session: AsyncSession, row: SignOn, claims: Any, now: datetime) -> UUID:
    """The member that the provider means: known by issuer and subject, else met for the first time by the address."""
    theirs = (ExternalIdentity.issuer == row.issuer, ExternalIdentity.subject == claims["sub"])
    known = await session.scalar(select(ExternalIdentity).where(*theirs).with_for_update())
    if known is not None:
        known.last_used_at = now
        return known.user_id
    email = str(claims.get("email") or "").lower()
    if claims.get("email_verified") is not True or email.rpartition("@")[2] not in row.proven_domains:
        raise SignOnRefused("The provider does not vouch for an address of this workspace's domains.")
    user = await repository.user_by_email(session, email)
    homes = await repository.homes_of(session, user["id"]) if user else []
    if any(home["workspace_id"] != row.workspace_id for home in homes):
        raise SignOnRefused(
            "This address belongs to another workspace as well. Come in by password or by a link in your mail."
        )
    user_id = await _member(session, row, email, str(claims.get("name") or email.partition("@")[0])[:200], now)
    session.add(
        ExternalIdentity(
            workspace_id=row.workspace_id, user_id=user_id, issuer=row.issuer, subject=claims["sub"], last_used_at=now
        )
    )
    await session.flush()
    return user_id


async def _member(session: AsyncSession, row: SignOn, email: str, name: str, now: datetime) -> UUID:
    """The person of a proven domain, made if unknown; a member from now on, in the role set for such people."""
    values = {"id": new_id(), "email": email, "name": name.replace("\0", "").strip() or email, "now": now}
    made = text("select signin.make_user(:id, :email, :name, null, :now)")
    user_id: UUID = (await session.scalars(made, values)).one()
    if await repository.membership_of(session, user_id) is None:
        member = Membership(workspace_id=row.workspace_id, user_id=user_id, role=row.role)
        session.add(member)
        await session.flush()
        actor = system_of(row.workspace_id)
        await events.record(session, actor, EventName.USER_ADDED, member, after={"role": row.role, "user_id": user_id})
    await join(session, user_id, now)
    return user_id


async def _confine(session: AsyncSession, came: SignedIn, user_id: UUID) -> None:
    """Such a session leads nowhere else; and of somebody who belongs elsewhere it proves nothing for sensitive acts."""
    query = select(LoginSession).where(LoginSession.id_hash == secrets.sha256(came.cookie))
    row = (await session.scalars(query)).one()
    row.confined = True
    if len(await repository.homes_of(session, user_id)) > 1:
        row.proved_at = NEVER
