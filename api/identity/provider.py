"""Speaking with an OpenID provider: what it says of itself, its keys, and the exchange of a code for an ID token.

No call runs inside a transaction. Answers are small and quick or refused, redirects are not followed, and unless the
installation itself is on this machine alone a provider has to be at a public address by TLS.
"""

import asyncio
import ipaddress
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from imisofts import hosts
from imisofts.settings import Settings

ALGORITHMS: Final = ("RS256", "ES256")
_LARGEST: Final = 256 * 1024
_TIMEOUT: Final = 5.0
_LEEWAY: Final = 60
_OLDEST: Final = timedelta(minutes=10)
_WANTED: Final = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderProblem(Exception):
    """The provider did not answer as OpenID Connect says it has to; the text is for people."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What a provider said of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    by_post: bool

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Provider":
        """From its discovery document; the client's secret goes in a header unless the provider takes only the body."""
        ways = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        issuer, authorization, token, keys = (str(document[name]) for name in _WANTED)
        return cls(issuer, authorization, token, keys, by_post="client_secret_basic" not in ways)


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
    ways = found.get("token_endpoint_auth_methods_supported")
    return kept | ({"token_endpoint_auth_methods_supported": ways} if isinstance(ways, list) else {})


async def exchange(
    provider: Provider, code: str, wanted: Exchange, now: datetime, settings: Settings
) -> Mapping[str, Any]:
    """The claims of the ID token that the code is worth, checked in all that OpenID Connect asks for."""
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
    return _checked(token, await _json("GET", provider.jwks_uri, settings), provider, wanted, now)


def _checked(
    token: str, keys: dict[str, Any], provider: Provider, wanted: Exchange, now: datetime
) -> Mapping[str, Any]:
    """Signature by one of the named algorithms and the provider's own key, then every claim that binds the token."""
    try:
        decoded = jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(ALGORITHMS))  # type: ignore[arg-type]
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": wanted.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": wanted.nonce},
        )
        registry.validate(decoded.claims)
    except (JoseError, ValueError) as error:
        raise ProviderProblem("The provider's ID token is not one that was made for this sign-in.") from error
    claims = decoded.claims
    audience = claims["aud"]
    strange = isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != wanted.client_id
    old = now.timestamp() - float(claims["iat"]) > _OLDEST.total_seconds()
    if strange or old or not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise ProviderProblem("The provider's ID token is not one that was made for this sign-in.")
    return claims


async def _json(method: str, url: str, settings: Settings, **options: Any) -> dict[str, Any]:
    """One small JSON object."""
    await _require_public(url, settings)
    try:
        async with (
            httpx2.AsyncClient(timeout=_TIMEOUT, trust_env=False, follow_redirects=False) as client,
            client.stream(method, url, headers={"Accept": "application/json"}, **options) as answer,
        ):
            content = b""
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > _LARGEST:
                    raise ProviderProblem("The provider's answer is too long.")
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ProviderProblem("The provider cannot be reached.") from error
    try:
        found = json.loads(content) if answer.status_code == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderProblem("The provider refused, or answered something that cannot be read.")
    return found


async def _require_public(url: str, settings: Settings) -> None:
    """TLS, and no address inside our own network; on an installation that only this machine reaches both are free."""
    public = urlsplit(settings.public_url).hostname or ""
    if public in hosts.OWN:
        return
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username:
        raise ProviderProblem("The provider has to be at an https:// address.")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ProviderProblem("The provider cannot be reached.") from error
    if not all(ipaddress.ip_address(one[4][0]).is_global for one in found):
        raise ProviderProblem("The provider has to be at a public address.")
