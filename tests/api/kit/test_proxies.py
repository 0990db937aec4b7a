"""The client's address counts trusted proxies; a forged head changes nothing."""

import ipaddress
from collections.abc import MutableMapping
from typing import Any

import anyio
import pytest

from api.kit.proxies import TrustedProxies

PROXIES = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128"))


def seen(peer: str, *forwarded: str, proto: str = "") -> tuple[str, str]:
    """Address and scheme that the application is told."""
    found: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.append((scope["client"][0], scope["scheme"]))

    async def never(*_: object) -> Any:
        raise AssertionError

    heads = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    heads += [(b"x-forwarded-proto", proto.encode())] if proto else []
    scope: MutableMapping[str, Any] = {"type": "http", "scheme": "http", "client": (peer, 1), "headers": heads}

    async def ask() -> None:
        await TrustedProxies(app, PROXIES)(scope, never, never)

    anyio.run(ask)
    address, scheme = found[0]
    return address, scheme


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.5", ("198.51.100.1",), "203.0.113.5"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("6.6.6.6, 198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("6.6.6.6", "198.51.100.1, 10.9.9.9"), "198.51.100.1"),
        ("10.0.0.1", ("6.6.6.6, nonsense",), "10.0.0.1"),
        ("10.0.0.1", ("6.6.6.6, nonsense, 10.2.2.2",), "10.2.2.2"),
        ("::1", ("2001:db8::7",), "2001:db8::7"),
        ("a socket", ("6.6.6.6",), "a socket"),
    ],
)
def test_only_named_proxies_tell_who_came(peer: str, forwarded: tuple[str, ...], client: str) -> None:
    assert seen(peer, *forwarded) == (client, "http")


def test_only_named_proxies_tell_of_tls() -> None:
    assert seen("10.0.0.1", "198.51.100.1", proto="https")[1] == "https"
    assert seen("10.0.0.1", "198.51.100.1", proto="gopher")[1] == "http"
    assert seen("203.0.113.5", "198.51.100.1", proto="https")[1] == "http"
