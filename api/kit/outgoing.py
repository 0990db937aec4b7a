"""Asking an address that a customer wrote down, without being led into our own network.

A name is resolved once: every address that it has must be one that may be asked, and the connection goes to that very
address, under the name's certificate. A name that answers differently a moment later leads nowhere else. Redirects are
not followed, the environment's proxies are not used, answers are small and quick.
"""

import asyncio
import socket
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2

from imisofts import hosts
from imisofts.settings import Settings

LARGEST: Final = 256 * 1024
TIMEOUT: Final = 5.0
_UNICAST: Final = ip_network("2000::/3")
"""All of IPv6 that is given out to the public."""
_TRANSLATED: Final = ip_network("64:ff9b::/96")
_PORTS: Final = {"https": 443, "http": 80}


class Why(StrEnum):
    """What stood in the way."""

    silent = "it does not answer, or its name leads nowhere"
    plain = "it is no address with TLS"
    inside = "it lies inside our own network"
    long = "its answer is too long"


class NotReached(Exception):
    """The address may not be asked, or gave no answer."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be asked: public addresses by TLS, those in ``networks`` of the operator's own by TLS too, and with
    ``here``, on an installation that only this machine reaches, anything."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    here: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "Reach":
        """As this installation is set up."""
        public = urlsplit(settings.public_url).hostname or ""
        return cls(settings.inner_provider_networks, here=public in hosts.OWN)

    def allows(self, address: str) -> bool:
        """Whether a connection may go to this address. Pure."""
        found = ip_address(address.partition("%")[0])
        if self.here or any(found in network for network in self.networks):
            return True
        return all(_is_public(one) for one in _meant(found))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _UNICAST and address not in _TRANSLATED:
        return False
    return address.is_global and not address.is_multicast


def _meant(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """The address, with the IPv4 ones that it carries inside: some router may unwrap them. Pure."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    inner = [address.sixtofour, *(address.teredo or ())]
    if address in _TRANSLATED:
        inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [address, *(one for one in inner if one)]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int
    content: bytes


async def ask(method: str, url: str, reach: Reach, headers: dict[str, str] | None = None, **options: Any) -> Answered:
    """One small answer; ``options`` are those of ``httpx2``, as ``data`` and ``auth``."""
    try:
        asked = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise NotReached(Why.silent) from error
    if asked.userinfo or not asked.host or asked.scheme not in _PORTS or (asked.scheme != "https" and not reach.here):
        raise NotReached(Why.plain)
    there = await _resolved(asked.host, asked.port or _PORTS[asked.scheme], reach)
    told = {"Accept": "application/json", **(headers or {}), "Host": asked.netloc.decode("ascii")}
    options |= {"headers": told, "extensions": {"sni_hostname": asked.host}}
    refused: Exception | None = None
    async with httpx2.AsyncClient(timeout=TIMEOUT, trust_env=False, follow_redirects=False) as client:
        for address in there:
            try:
                return await _answer(client, method, asked.copy_with(host=address), options)
            except httpx2.ConnectError as error:
                refused = error
            except httpx2.HTTPError as error:
                raise NotReached(Why.silent) from error
    raise NotReached(Why.silent) from refused


async def _answer(client: httpx2.AsyncClient, method: str, url: httpx2.URL, options: dict[str, Any]) -> Answered:
    async with client.stream(method, url, **options) as answer:
        content = b""
        async for part in answer.aiter_bytes():
            content += part
            if len(content) > LARGEST:
                raise NotReached(Why.long)
        return Answered(answer.status_code, content)


async def _resolved(host: str, port: int, reach: Reach) -> list[str]:
    """The addresses of a name, each once; :class:`NotReached` unless every one of them may be asked."""
    try:
        found = await asyncio.wait_for(
            asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM), TIMEOUT
        )
    except (OSError, UnicodeError, TimeoutError) as error:
        raise NotReached(Why.silent) from error
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not addresses or not all(reach.allows(address) for address in addresses):
        raise NotReached(Why.inside)
    return addresses
