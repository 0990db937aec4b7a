"""Second proofs: a code, a recovery code, a key; each tried under a limit and counted once."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.identity import entrance, factor_queries, factor_schemas, keys, notices, recovery, repository, sealing, totp
from api.identity.entrance import Challenge, Device, Entrance, SignedIn
from api.identity.errors import ChallengeSpent, ProofRefused, SignInRefused
from api.identity.sealing import Opened
from api.identity.service import EACH_ADDRESS, is_meant
from api.kit import rate_limit
from api.kit.clock import Clock
from api.kit.database import Database
from api.kit.rate_limit import Limit

EACH_PERSON = Limit(burst=5, interval=timedelta(minutes=1))
"""Guesses at one person's second factor: 1,440 a day of a million codes, and only for who has the password."""


def opened(token: str, secret_key: str, clock: Clock, *, enrol: bool) -> Opened:
    """The challenge; :class:`ChallengeSpent` where it is forged, too old or for another step."""
    found = sealing.unseal(entrance.CHALLENGE, token, clock.now(), secret_key)
    if found is None or found.claims["enrol"] is not enrol:
        raise ChallengeSpent("This took too long. Sign in once more.")
    return found


async def answer(
    database: Database, clock: Clock, asked: factor_schemas.FactorAnswer, device: Device, secret_key: str
) -> SignedIn | Challenge:
    """The second step of a sign-in: a good proof begins the session and spends the challenge."""
    challenge = opened(asked.challenge, secret_key, clock, enrol=False)
    user_id = UUID(challenge.claims["user"])
    await count(database, user_id, clock)
    async with database.begin(UUID(challenge.claims["workspace"])) as session:
        await prove(session, user_id, asked, secret_key)
        return await let_in(session, challenge, device, secret_key)


async def key_question(
    database: Database, clock: Clock, asked: factor_schemas.EnrolmentStart, at: keys.Party, secret_key: str
) -> factor_schemas.KeyQuestion:
    """Ask for a key in the second step of a sign-in."""
    challenge = opened(asked.challenge, secret_key, clock, enrol=False)
    async with database.begin(UUID(challenge.claims["workspace"]), read_only=True) as session:
        return await keys.question(session, UUID(challenge.claims["user"]), at, secret_key)


async def by_passkey(
    database: Database, clock: Clock, asked: factor_schemas.PasskeySignIn, device: Device, secret_key: str
) -> SignedIn | Challenge:
    """Come in with a passkey alone: who has it and unlocked it has shown both factors."""
    async with database.begin(None) as session:
        await rate_limit.take(session, f"sign-in:{device.address}", EACH_ADDRESS, clock.now())
    async with database.begin(None) as session:
        user_id = await keys.owner(session, asked, secret_key)
        memberships = await repository.memberships_of(session, user_id)
    chosen = [row for row in memberships if is_meant(row, asked.workspace, device.place)]
    if not chosen:
        raise SignInRefused("Address or password is wrong.")
    async with database.begin(chosen[0]["workspace_id"]) as session:
        way = Entrance(device, secret_key, remember=asked.remember, whole=True)
        return await entrance.complete_sign_in(session, user_id, way)


async def let_in(session: AsyncSession, challenge: Opened, device: Device, secret_key: str) -> SignedIn | Challenge:
    """Spend a challenge whose second proof was good, and begin the session."""
    if not await factor_queries.spend(session, challenge.mark, challenge.expires_at):
        raise ChallengeSpent("This sign-in was completed already. Sign in once more.")
    user_id = UUID(challenge.claims["user"])
    await forget(session, user_id)
    way = Entrance(device, secret_key, remember=challenge.claims["remember"], whole=True)
    return await entrance.complete_sign_in(session, user_id, way)


async def count(database: Database, user_id: UUID, clock: Clock) -> None:
    """One more guess at a person's second factor; kept also when the guess is wrong. 429 when they come too fast."""
    async with database.begin(None) as session:
        await rate_limit.take(session, _limit_key(user_id), EACH_PERSON, clock.now())


async def forget(session: AsyncSession, user_id: UUID) -> None:
    """Guesses count afresh after a good proof."""
    await rate_limit.forget(session, _limit_key(user_id))


def _limit_key(user_id: UUID) -> str:
    return f"factor:{user_id}"


async def prove(session: AsyncSession, user_id: UUID, proof: factor_schemas.Proof, secret_key: str) -> None:
    """:class:`ProofRefused` unless the person showed something that only she has; what was shown is spent."""
    if proof.code is not None:
        await _by_code(session, user_id, proof.code, secret_key)
    elif proof.recovery_code is not None:
        hashed = recovery.stored(proof.recovery_code, user_id.bytes, secret_key)
        if not await factor_queries.use_recovery_code(session, user_id, hashed, session.info["clock"].now()):
            raise ProofRefused("This recovery code is wrong or was used.", fields=[("recovery_code", "is not good")])
        membership = await repository.membership_of(session, user_id)
        if membership is not None:
            await notices.tell(session, membership, "recovery_code_used")
    elif proof.key is not None:
        await keys.prove(session, user_id, proof.key, secret_key)
    else:
        raise ProofRefused("Send a code.", fields=[("code", "is missing")])


async def _by_code(session: AsyncSession, user_id: UUID, code: str, secret_key: str) -> None:
    now = session.info["clock"].now()
    for row in await factor_queries.factors_of(session, user_id):
        if row["sealed"] is None:
            continue
        secret = sealing.unlock(row["sealed"], user_id.bytes, secret_key)
        step = totp.matching_step(secret, code, now, row["last_step"])
        if step is not None and await factor_queries.use_totp(session, row["id"], user_id, step, now):
            return
    raise ProofRefused("This code is wrong or was used. Wait for the next one.", fields=[("code", "is not good")])
