"""Keys and passkeys (WebAuthn): what a browser is asked, and whether what it answers is good.

A question is sealed and goes to the browser; it comes back with the answer, and counts once. It names the host that it
was asked at, which the browser signs: an answer given to another site is worth nothing here.
"""

import ipaddress
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from api.identity import factor_queries, factor_schemas, repository, sealing
from api.identity.errors import ChallengeSpent, KeysUnavailable, ProofRefused
from api.identity.sealing import Opened
from imisofts import hosts

NEW, ASKED, LIFE = "new key", "key", timedelta(minutes=10)
_BROKEN = (WebAuthnException, ValueError, LookupError, TypeError, AttributeError, struct.error, RecursionError)
"""What the library raises for an answer that is no answer."""
_REQUIRED, _PREFERRED = UserVerificationRequirement.REQUIRED, UserVerificationRequirement.PREFERRED


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a key belongs to: the host's bare name, and the origin that a browser signs."""

    id: str
    origin: str


def party(host: str, public_url: str) -> Party:
    """The host that the visitor is at; :class:`KeysUnavailable` where it is a number, which browsers give no keys."""
    name = hosts.name_of(host)
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return Party(name, f"{urlsplit(public_url).scheme}://{host.strip().lower()}")
    raise KeysUnavailable("Keys need a name in the address bar, not a number: open the portal by its name.")


def _sealed(session: AsyncSession, purpose: str, user_id: UUID | None, at: Party, challenge: bytes, key: str) -> str:
    claims = {"user": str(user_id or ""), "challenge": challenge.hex(), "rp": at.id, "origin": at.origin}
    return sealing.seal(purpose, claims, session.info["clock"].now(), LIFE, key)


async def question(
    session: AsyncSession, user_id: UUID | None, at: Party, secret_key: str
) -> factor_schemas.KeyQuestion:
    """Ask for one of the person's keys at this host; without a person, for any passkey, which names its owner and has
    to verify them."""
    rows = await factor_queries.factors_of(session, user_id) if user_id else []
    known = [PublicKeyCredentialDescriptor(id=row["credential_id"]) for row in rows if row["rp_id"] == at.id]
    if user_id and not known:
        raise KeysUnavailable("You have no key for this address.")
    options = generate_authentication_options(
        rp_id=at.id, allow_credentials=known, user_verification=_PREFERRED if user_id else _REQUIRED
    )
    state = _sealed(session, ASKED, user_id, at, options.challenge, secret_key)
    return factor_schemas.KeyQuestion(state=state, options=options_to_json_dict(options))


async def new_question(session: AsyncSession, user_id: UUID, at: Party, secret_key: str) -> factor_schemas.KeyQuestion:
    """Ask the browser to make a key for this host; one that the person has is not made twice."""
    person, workspace = await repository.person(session, user_id), await repository.workspace(session)
    assert person is not None
    rows = await factor_queries.factors_of(session, user_id)
    options = generate_registration_options(
        rp_id=at.id,
        rp_name=workspace.name,
        user_id=user_id.bytes,
        user_name=person["email"],
        user_display_name=person["name"],
        exclude_credentials=[PublicKeyCredentialDescriptor(id=r["credential_id"]) for r in rows if r["rp_id"] == at.id],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=_PREFERRED
        ),
    )
    state = _sealed(session, NEW, user_id, at, options.challenge, secret_key)
    told = {**options_to_json_dict(options), "extensions": {"credProps": True}}
    return factor_schemas.KeyQuestion(state=state, options=told)


async def add(
    session: AsyncSession, user_id: UUID, answer: factor_schemas.KeyAnswer, name: str, secret_key: str
) -> UUID:
    """Keep the key that the browser made."""
    state = await _opened(session, NEW, answer.state, str(user_id), secret_key)
    try:
        made = verify_registration_response(
            credential=dict(answer.credential),
            expected_challenge=bytes.fromhex(state.claims["challenge"]),
            expected_rp_id=state.claims["rp"],
            expected_origin=state.claims["origin"],
        )
    except _BROKEN as error:
        raise _refused() from error
    extensions = answer.credential.get("clientExtensionResults")
    props = extensions.get("credProps") if isinstance(extensions, Mapping) else None
    findable = isinstance(props, Mapping) and props.get("rk") is True
    kept = await factor_queries.add_key(
        session,
        user_id,
        name,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        passkey=made.user_verified and findable,
        rp_id=state.claims["rp"],
    )
    if kept is None:
        raise _refused()
    return kept


async def prove(session: AsyncSession, user_id: UUID, answer: factor_schemas.KeyAnswer, secret_key: str) -> None:
    """:class:`ProofRefused` unless one of the person's own keys signed the question."""
    state = await _opened(session, ASKED, answer.state, str(user_id), secret_key)
    key = await _key(session, answer, state)
    if key["user_id"] != user_id:
        raise _refused()
    await _verified(session, key, answer, state, verified_user=False)


async def owner(session: AsyncSession, answer: factor_schemas.KeyAnswer, secret_key: str) -> UUID:
    """Whose passkey signed the question that named nobody; it has verified its user, so that it proves both factors."""
    state = await _opened(session, ASKED, answer.state, "", secret_key)
    key = await _key(session, answer, state)
    await _verified(session, key, answer, state, verified_user=True)
    user_id: UUID = key["user_id"]
    return user_id


async def _opened(session: AsyncSession, purpose: str, text: str, user: str, secret_key: str) -> Opened:
    """The question, spent by this."""
    state = sealing.unseal(purpose, text, session.info["clock"].now(), secret_key)
    if state is None or state.claims["user"] != user:
        raise ChallengeSpent("This took too long. Try again.")
    if not await factor_queries.spend(session, state.mark, state.expires_at):
        raise ChallengeSpent("This was answered already. Try again.")
    return state


async def _key(session: AsyncSession, answer: factor_schemas.KeyAnswer, state: Opened) -> RowMapping:
    try:
        found = await factor_queries.key_by_credential(session, base64url_to_bytes(str(answer.credential["id"])))
    except _BROKEN as error:
        raise _refused() from error
    if found is None or found["rp_id"] != state.claims["rp"]:
        raise _refused()
    return found


async def _verified(
    session: AsyncSession, key: RowMapping, answer: factor_schemas.KeyAnswer, state: Opened, *, verified_user: bool
) -> None:
    try:
        seen: VerifiedAuthentication = verify_authentication_response(
            credential=dict(answer.credential),
            expected_challenge=bytes.fromhex(state.claims["challenge"]),
            expected_rp_id=state.claims["rp"],
            expected_origin=state.claims["origin"],
            credential_public_key=key["public_key"],
            credential_current_sign_count=key["sign_count"],
            require_user_verification=verified_user,
        )
    except _BROKEN as error:
        raise _refused() from error
    now = session.info["clock"].now()
    if not await factor_queries.use_key(session, key["id"], key["user_id"], seen.new_sign_count, now):
        raise _refused()


def _refused() -> ProofRefused:
    """One refusal for every fault: a stranger learns nothing of which keys there are."""
    return ProofRefused("This key is not good here. Try again, or use something else.", fields=[("key", "is not good")])
