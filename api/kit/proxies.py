"""Who is at the other end, where proxies stand in between.

A head can be written by anybody. ``X-Forwarded-For`` and ``X-Forwarded-Proto`` count only on a connection that comes
from a proxy which the operator named; the client is then the last address in the list that is no such proxy, because
each proxy adds the one it was called from at the end.
"""

import ipaddress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedProxies:
    """Tells the application the client's own address and scheme; without proxies nothing changes."""

    def __init__(self, app: ASGIApp, networks: tuple[Network, ...]) -> None:
        self._app = app
        self._networks = networks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope.get("client") and self._is_proxy(scope["client"][0]):
            scope = self._seen_through(scope)
        await self._app(scope, receive, send)

    def _is_proxy(self, address: str) -> bool:
        try:
            return any(ipaddress.ip_address(address) in network for network in self._networks)
        except ValueError:
            return False

    def _seen_through(self, scope: Scope) -> Scope:
        heads = Headers(scope=scope)
        proto = heads.get("x-forwarded-proto", "").strip().lower()
        client, hops = scope["client"][0], ",".join(heads.getlist("x-forwarded-for")).split(",")
        for hop in reversed([hop.strip() for hop in hops]):
            try:
                client = str(ipaddress.ip_address(hop))
            except ValueError:
                break
            if not self._is_proxy(client):
                break
        return {**scope, "client": (client, 0), "scheme": proto if proto in {"http", "https"} else scope["scheme"]}
