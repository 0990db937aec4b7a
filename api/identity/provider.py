"""Speaking with an OpenID provider: what it says of itself, its keys, the exchange of a code for an ID token, what it
says of a person beside that, and that it signed somebody out.

No call runs inside a transaction, and each goes out by :mod:`api.kit.outgoing`: to public addresses, small and quick.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.kit import outgoing
from imisofts.settings import Settings

ALGORITHMS: Final = ("RS256", "ES256")
SIGNED_OUT: Final = "http://schemas.openid.net/event/backchannel-logout"
_LEEWAY: Final = 60
_OLDEST: Final = timedelta(minutes=10)
_WANTED: Final = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
_WELCOME: Final = ("userinfo_endpoint", "end_session_endpoint")
_NOT_OURS = "The provider's ID token is not one that was made for this sign-in."
_OF_PERSON: Final = ("email", "email_verified", "name")


class ProviderProblem(Exception):
    """The provider did not answer as OpenID Connect says it has to; the text is for people."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What a provider said of itself; ``userinfo_endpoint`` and ``end_session_endpoint`` are None where it has none."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    by_post: bool

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Provider":
        """From its discovery document; the client's secret goes in a header unless the provider takes only the body."""
        ways = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        issuer, authorization, token, keys = (str(document[name]) for name in _WANTED)
        person, end = (document.get(name) for name in _WELCOME)
        by_post = "client_secret_basic" not in ways
        return cls(issuer, authorization, token, keys, person, end, by_post=by_post)

    def sign_out_url(self, client_id: str) -> str | None:
        """Where somebody signs out of the provider, too. Without an address to come back to: a provider that was not
        told of it beforehand refuses the whole request."""
        if self.end_session_endpoint is None:
            return None
        return with_query(self.end_session_endpoint, {"client_id": client_id})


def with_query(url: str, query: Mapping[str, str]) -> str:
    """The address with more in its query."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """What goes with a code: who asks, and what was sent when the browser left."""

    client_id: str
    client_secret: str
    redirect_uri: str
    verifier: str
    nonce: str


async def discover(issuer: str, settings: Settings) -> dict[str, Any]:
    """What the provider says of itself; it has to say it under its own name."""
    found = await _json("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration", settings)
    if found.get("issuer") != issuer:
        raise ProviderProblem("The provider calls itself something else than the address given here.")
    missing = [name for name in _WANTED if not isinstance(found.get(name), str)]
    if missing:
        raise ProviderProblem("The provider does not say where its users go.")
    kept = {name: found[name] for name in _WANTED}
    kept |= {name: found[name] for name in _WELCOME if _is_address(found.get(name))}
    ways = found.get("token_endpoint_auth_methods_supported")
    return kept | ({"token_endpoint_auth_methods_supported": ways} if isinstance(ways, list) else {})


def _is_address(found: object) -> bool:
    return isinstance(found, str) and found.startswith(("https://", "http://"))


async def exchange(
    provider: Provider, code: str, wanted: Exchange, now: datetime, settings: Settings
) -> Mapping[str, Any]:
    """The claims of the ID token that the code is worth, checked in all that OpenID Connect asks for. Where they hold
    no address, what the provider says of the same person at its userinfo endpoint stands in for it."""
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": wanted.redirect_uri,
        "code_verifier": wanted.verifier,
    }
    auth = None if provider.by_post else httpx2.BasicAuth(wanted.client_id, wanted.client_secret)
    if provider.by_post:
        body |= {"client_id": wanted.client_id, "client_secret": wanted.client_secret}
    answer = await _json("POST", provider.token_endpoint, settings, data=body, auth=auth)
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise ProviderProblem("The provider sent no ID token.")
    claims = _checked(token, await _json("GET", provider.jwks_uri, settings), provider, wanted, now)
    access_token = answer.get("access_token")
    if "email" in claims or provider.userinfo_endpoint is None or not isinstance(access_token, str):
        return claims
    said = await _json("GET", provider.userinfo_endpoint, settings, headers={"Authorization": f"Bearer {access_token}"})
    if said.get("sub") != claims["sub"]:
        raise ProviderProblem("The provider speaks of somebody else than its ID token.")
    return {**claims, **{name: said.get(name) for name in _OF_PERSON}}


def _checked(
    token: str, keys: dict[str, Any], provider: Provider, wanted: Exchange, now: datetime
) -> Mapping[str, Any]:
    """Every claim that binds the token to this sign-in."""
    asked = _bound(iss=provider.issuer, aud=wanted.client_id, nonce=wanted.nonce) | _there("sub", "exp", "iat")
    claims = _valid(token, keys, now, asked)
    audience = claims["aud"]
    strange = isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != wanted.client_id
    old = now.timestamp() - float(claims["iat"]) > _OLDEST.total_seconds()
    if strange or old or not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise ProviderProblem(_NOT_OURS)
    return claims


def _bound(**claims: str) -> dict[str, dict[str, Any]]:
    """Claims that have to say exactly this."""
    return {name: {"essential": True, "value": value} for name, value in claims.items()}


def _there(*claims: str) -> dict[str, dict[str, Any]]:
    """Claims that have to be there."""
    return {name: {"essential": True} for name in claims}


def _valid(token: str, keys: dict[str, Any], now: datetime, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """The claims of a token that the provider signed with its own key, by one of the named algorithms."""
    try:
        decoded = jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(ALGORITHMS))  # type: ignore[arg-type]
        jwt.JWTClaimsRegistry(now=int(now.timestamp()), leeway=_LEEWAY, **asked).validate(decoded.claims)
    except (JoseError, ValueError) as error:
        raise ProviderProblem(_NOT_OURS) from error
    claims: Mapping[str, Any] = decoded.claims
    return claims


@dataclass(frozen=True, slots=True)
class SignedOut:
    """Whom a provider has signed out; ``ident`` is the order's own id, good until ``until``."""

    subject: str
    ident: str
    until: datetime


async def signed_out(provider: Provider, token: str, client_id: str, now: datetime, settings: Settings) -> SignedOut:
    """What a logout token says, checked as OpenID Connect Back-Channel Logout 1.0 wants it. One that names a session
    alone is refused: which sessions of ours belong to it is not kept."""
    keys = await _json("GET", provider.jwks_uri, settings)
    asked = _bound(iss=provider.issuer, aud=client_id) | _there("sub", "iat", "jti", "events")
    claims = _valid(token, keys, now, asked)
    events, old = claims["events"], now.timestamp() - float(claims["iat"]) > _OLDEST.total_seconds()
    if old or "nonce" in claims or not isinstance(events, Mapping) or SIGNED_OUT not in events:
        raise ProviderProblem("This is no order to sign somebody out.")
    until = datetime.fromtimestamp(float(claims["iat"]), UTC) + _OLDEST + timedelta(seconds=_LEEWAY)
    return SignedOut(str(claims["sub"]), str(claims["jti"]), until)


async def _json(method: str, url: str, settings: Settings, **options: Any) -> dict[str, Any]:
    """One small JSON object."""
    try:
        answer = await outgoing.ask(method, url, outgoing.Reach.of(settings), **options)
    except outgoing.NotReached as problem:
        raise ProviderProblem(_not_reached(problem.why)) from problem
    try:
        found = json.loads(answer.content) if answer.status == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderProblem("The provider refused, or answered something that cannot be read.")
    return found


def _not_reached(why: outgoing.Why) -> str:
    if why is outgoing.Why.plain:
        return "The provider has to be at an https:// address."
    if why is outgoing.Why.inside:
        return "The provider has to be at a public address."
    if why is outgoing.Why.long:
        return "The provider's answer is too long."
    return "The provider cannot be reached."
