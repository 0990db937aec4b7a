"""A person's second factors: set up, named, removed; recovery codes; and the reset by an administrator."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity import (
    factor_queries,
    factor_schemas,
    keys,
    notices,
    recovery,
    repository,
    sealing,
    standings,
    totp,
)
from api.identity.entrance import asked_from, is_required
from api.identity.errors import BelongsElsewhere, ChallengeSpent, FactorRequired, OwnMembership, ProofRefused
from api.identity.factor_models import SecondFactor, SignInPolicy
from api.identity.models import Membership
from api.kit.concurrency import require_match
from api.kit.errors import NotFound
from imisofts import qr
from imisofts.access import Actor, Role

SETUP, SETUP_LIFE = "authenticator", timedelta(minutes=10)


def who_of(actor: Actor) -> UUID:
    """The person that a route for persons alone is used by."""
    assert actor.user_id is not None
    return actor.user_id


async def start_totp(session: AsyncSession, user_id: UUID, secret_key: str) -> factor_schemas.TotpSetup:
    """A new authenticator's secret. Nothing is kept of it until its first code comes back."""
    secret, now = totp.new_secret(), session.info["clock"].now()
    person, workspace = await repository.person(session, user_id), await repository.workspace(session)
    assert person is not None
    claims = {"user": str(user_id), "secret": secret.hex()}
    address = totp.address(secret, person["email"], workspace.name)
    return factor_schemas.TotpSetup(
        setup=sealing.seal(SETUP, claims, now, SETUP_LIFE, secret_key),
        secret=totp.as_text(secret),
        address=address,
        picture=qr.picture(address),
    )


async def add_totp(
    session: AsyncSession, actor: Actor, asked: factor_schemas.NewTotp, secret_key: str, current: UUID | None
) -> factor_schemas.FactorOut:
    """Keep an authenticator whose first code is right; that code is used up by it. ``current`` is the session that
    goes on."""
    user_id, now = who_of(actor), session.info["clock"].now()
    setup = sealing.unseal(SETUP, asked.setup, now, secret_key)
    if setup is None or setup.claims["user"] != str(user_id):
        raise ChallengeSpent("Setting up took too long. Begin again.")
    secret = bytes.fromhex(setup.claims["secret"])
    step = totp.matching_step(secret, asked.code, now, None)
    if step is None:
        raise ProofRefused("This code is wrong. Wait for the next one.", fields=[("code", "is not good")])
    if not await factor_queries.spend(session, setup.mark, setup.expires_at):
        raise ChallengeSpent("This authenticator was set up already. Begin again.")
    sealed = sealing.lock(secret, user_id.bytes, secret_key)
    ident = await factor_queries.add_totp(session, user_id, asked.name, sealed, step, now)
    return await _added(session, actor, ident, "totp", current)


async def add_key(
    session: AsyncSession, actor: Actor, asked: factor_schemas.NewKey, secret_key: str, current: UUID | None
) -> factor_schemas.FactorOut:
    """Keep a key that the browser made for this host. ``current`` is the session that goes on."""
    ident = await keys.add(session, who_of(actor), asked, asked.name, secret_key)
    return await _added(session, actor, ident, "key", current)


async def _added(
    session: AsyncSession, actor: Actor, ident: UUID, kind: str, current: UUID | None
) -> factor_schemas.FactorOut:
    """The first factor ends every other session: each that goes on has shown one, wherever it leads to."""
    user_id = who_of(actor)
    if len(await factor_queries.factors_of(session, user_id)) == 1:
        await factor_queries.end_sessions(session, user_id, session.info["clock"].now(), spared=current)
    await events.record(session, actor, EventName.FACTOR_ADDED, SecondFactor(id=ident), after={"kind": kind})
    await notices.tell(session, await own_membership(session, user_id), "factor_added")
    return await one(session, user_id, ident)


async def overview(session: AsyncSession, actor: Actor) -> factor_schemas.SecurityOut:
    """How the person signs in."""
    user_id = who_of(actor)
    rows = await factor_queries.factors_of(session, user_id)
    return factor_schemas.SecurityOut(
        has_password=await factor_queries.password_of(session, user_id) is not None,
        factors=[factor_schemas.FactorOut.model_validate(dict(row)) for row in rows],
        recovery_codes_left=await factor_queries.recovery_codes_left(session, user_id),
        required=await is_required(session, actor.role),
        required_from=await asked_from(session, actor.role, user_id),
    )


async def one(session: AsyncSession, user_id: UUID, ident: UUID) -> factor_schemas.FactorOut:
    """One of the person's own factors; another's is as unknown as any."""
    rows = await factor_queries.factors_of(session, user_id)
    found = next((row for row in rows if row["id"] == ident), None)
    if found is None:
        raise NotFound
    return factor_schemas.FactorOut.model_validate(dict(found))


async def rename(
    session: AsyncSession, actor: Actor, ident: UUID, if_match: str | None, name: str
) -> factor_schemas.FactorOut:
    """Give one of one's own factors another name."""
    user_id = who_of(actor)
    known = await one(session, user_id, ident)
    require_match(if_match, known.version)
    if not await factor_queries.rename_factor(session, ident, user_id, known.version, name):
        raise NotFound
    await events.record(session, actor, EventName.FACTOR_RENAMED, SecondFactor(id=ident))
    return await one(session, user_id, ident)


async def remove(session: AsyncSession, actor: Actor, ident: UUID, if_match: str | None) -> None:
    """Remove one of one's own factors; not the last one where the workspace asks for one."""
    user_id = who_of(actor)
    known = await one(session, user_id, ident)
    require_match(if_match, known.version)
    await factor_queries.remove_factors(session, user_id, ident)
    if await is_required(session, actor.role) and not await factor_queries.has_factor(session, user_id):
        raise FactorRequired("Your workspace asks for a second factor. Add another one first.")
    await events.record(session, actor, EventName.FACTOR_REMOVED, SecondFactor(id=ident), before={"kind": known.kind})
    await notices.tell(session, await own_membership(session, user_id), "factor_removed")


async def new_recovery_codes(session: AsyncSession, actor: Actor, secret_key: str) -> list[str]:
    """Ten new codes in place of those before; they are told this once."""
    user_id = who_of(actor)
    if not await factor_queries.has_factor(session, user_id):
        raise FactorRequired("Recovery codes stand in for a second factor. Add one first.")
    codes = recovery.new_codes()
    hashes = [recovery.stored(code, user_id.bytes, secret_key) for code in codes]
    await factor_queries.put_recovery_codes(session, user_id, hashes, session.info["clock"].now())
    membership = await own_membership(session, user_id)
    await events.record(session, actor, EventName.RECOVERY_CODES_MADE, membership)
    return codes


async def own_membership(session: AsyncSession, user_id: UUID) -> Membership:
    """The person's membership in the session's workspace."""
    found = await repository.membership_of(session, user_id)
    assert found is not None
    return found


async def reset(session: AsyncSession, actor: Actor, membership_id: UUID) -> None:
    """Remove a member's second factors and recovery codes, end their sessions and tell them by mail.

    Factors belong to the person: who also belongs to another workspace is nobody's to reset but the operator's."""
    owners = await repository.lock_owners(session)
    row = await repository.member(session, membership_id)
    if row is None:
        raise NotFound
    if row.user_id == actor.user_id:
        raise OwnMembership("Remove your own second factors on your security page.")
    await standings.require_governable(session, actor, row, owners)
    elsewhere = len(await repository.memberships_of(session, row.user_id)) > 1
    if elsewhere and actor.kind != "operator":
        raise BelongsElsewhere("This person signs in to other workspaces too. A recovery code or the operator helps.")
    await factor_queries.remove_factors(session, row.user_id, None)
    await factor_queries.end_sessions(session, row.user_id, session.info["clock"].now())
    await events.record(session, actor, EventName.FACTORS_RESET, row)
    await notices.tell(session, row, "factors_reset")


async def policy(session: AsyncSession) -> factor_schemas.PolicyOut:
    """Whose sign-in takes a second factor here."""
    row = await factor_queries.policy(session)
    required_of = [Role(name) for name in row.required_of] if row else []
    starts_at = row.starts_at if row else None
    return factor_schemas.PolicyOut(required_of=required_of, starts_at=starts_at, version=row.version if row else 0)


async def set_policy(
    session: AsyncSession, actor: Actor, if_match: str | None, asked: factor_schemas.PolicyUpdate
) -> factor_schemas.PolicyOut:
    """Ask people of these roles for a second factor, from their next sign-in on."""
    row = await factor_queries.policy(session, lock=True)
    require_match(if_match, row.version if row else 0)
    wanted = sorted({role.value for role in asked.required_of})
    before = list(row.required_of) if row else []
    if row is None:
        row = SignInPolicy(workspace_id=actor.workspace_id, required_of=wanted)
        session.add(row)
    else:
        row.required_of, row.starts_at, row.version = wanted, None, row.version + 1
    told = {"before": {"required_of": before}, "after": {"required_of": wanted}}
    await events.record(session, actor, EventName.SIGN_IN_POLICY_SET, row, **told)
    return await policy(session)
