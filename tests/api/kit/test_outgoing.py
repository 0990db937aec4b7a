"""Addresses that customers write down: resolved once, connected to as resolved, none of them inside."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import anyio
import pytest

from api.kit import outgoing
from api.kit.outgoing import NotReached, Reach, Why
from imisofts.settings import Settings

INSIDE = (
    "127.0.0.1 127.8.8.8 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.254 172.16.0.1 172.31.255.1 192.168.0.1 192.168.255.1 "
    "169.254.169.254 169.254.0.1 100.64.0.1 100.127.255.254 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 "
    "224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 fec0::1 "
    "::ffff:169.254.169.254 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 ff02::1 2001:db8::1 64:ff9b::7f00:1 "
    "64:ff9b::a9fe:a9fe 2002:7f00:1:: 2002:a00:1:: 2001:0:4136:e378:8000:63bf:80ff:fffe 64:ff9b:1::1 100::1"
).split()
OUTSIDE = "1.1.1.1 8.8.8.8 93.184.216.34 172.32.0.1 2606:4700:4700::1111 ::ffff:1.1.1.1 64:ff9b::101:101".split()


@pytest.mark.parametrize("address", INSIDE)
def test_no_inner_address_is_asked_in_whatever_form_it_comes(address: str) -> None:
    assert not Reach().allows(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_are(address: str) -> None:
    assert Reach().allows(address)


def test_networks_of_the_operators_own_are_let_in_by_a_setting_and_no_others(settings: Settings) -> None:
    own = settings.moved(public_url="https://agencies.example", provider_networks="10.1.0.0/16, fd00:1::/32")
    reach = Reach.of(own)
    assert [reach.allows(one) for one in ("10.1.2.3", "fd00:1::5", "10.2.0.1", "127.0.0.1")] == [
        True,
        True,
        False,
        False,
    ]
    assert (reach.here, Reach.of(settings).here) == (False, True)


class Listener(HTTPServer):
    """Notes under which name it was asked."""

    def __init__(self, host: str, port: int = 0) -> None:
        self.asked: list[str] = []
        super().__init__((host, port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_GET(self) -> None:
        self.server.asked.append(self.headers["Host"])
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/inside")
        else:
            self.send_response(200)
        content = b"x" * (outgoing.LARGEST + 1 if self.path == "/long" else 2)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Quietly."""


@contextmanager
def listening(host: str, port: int = 0) -> Iterator[Listener]:
    server = Listener(host, port)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(url: str, reach: Reach) -> outgoing.Answered:
    return anyio.run(outgoing.ask, "GET", url, reach)


def why(url: str, reach: Reach) -> Why:
    with pytest.raises(NotReached) as refused:
        ask(url, reach)
    return refused.value.why


def test_a_name_that_changes_its_mind_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name's first answer is checked; a connection that asked once more would arrive at the second."""
    answers = ["127.0.0.1"]
    real = socket.getaddrinfo

    def resolver(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if host == "rebinding.example":
            host = answers.pop() if answers else "127.0.0.2"
        return real(host, port, *rest, **more)

    with listening("127.0.0.1") as first, listening("127.0.0.2", first.server_port) as second:
        monkeypatch.setattr(socket, "getaddrinfo", resolver)
        answer = ask(f"http://rebinding.example:{first.server_port}/", Reach(here=True))
        assert (answer.status, first.asked, second.asked) == (200, [f"rebinding.example:{first.server_port}"], [])


def test_one_inner_address_among_others_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in ("1.1.1.1", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert why("https://both.example/", Reach()) is Why.inside


def test_redirects_stay_unfollowed_and_answers_small() -> None:
    with listening("127.0.0.1") as there:
        url = f"http://127.0.0.1:{there.server_port}"
        assert (ask(f"{url}/moved", Reach(here=True)).status, len(there.asked)) == (302, 1)
        assert why(f"{url}/long", Reach(here=True)) is Why.long


@pytest.mark.parametrize(
    "url", ["http://1.1.1.1/", "https://user:word@1.1.1.1/", "ftp://1.1.1.1/", "https:///x", "file:///etc/passwd"]
)
def test_only_plain_https_addresses_are_asked(url: str) -> None:
    assert why(url, Reach()) is Why.plain


def test_numbers_in_disguise_are_the_addresses_that_they_mean() -> None:
    for host in ("2130706433", "0x7f.1", "127.1", "[::ffff:7f00:1]", "localhost"):
        assert why(f"https://{host}/", Reach()) in {Why.inside, Why.silent}, host


def test_tls_is_spoken_under_the_name_and_not_under_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one who listens hears which name is wanted; its certificate would have to be that name's."""
    heard: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda _socket, name, _context: heard.append(str(name))
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, port, *a, **k: real("127.0.0.1", port, *a, **k))
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            taken, _ = server.accept()
            with taken:
                try:
                    context.wrap_socket(taken, server_side=True).close()
                except OSError:
                    """It has no certificate to show."""

        thread = threading.Thread(target=accept)
        thread.start()
        assert why(f"https://named.example:{server.getsockname()[1]}/", Reach(here=True)) is Why.silent
        thread.join()
    assert heard == ["named.example"]
