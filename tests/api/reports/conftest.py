"""A small agency with one client, a stand-in gateway of the real shape, and a real SMTP server."""

import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import psycopg
import pytest
from aiosmtpd.controller import Controller

from api.kit.database import Database
from api.kit.ids import new_id
from api.reports.office import Office
from imisofts.access import Actor
from imisofts.settings import Settings
from tests.api.reports import samples
from warehouse.gateway import ClientReportFigures, State

_HEADERS = BytesHeaderParser(policy=policy.default)
FONTS = "portal/node_modules/@expo-google-fonts"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Numbers:
    """The gateway's part that reports ask, answering from memory: one set of figures per workspace."""

    by_workspace: dict[UUID, ClientReportFigures] = field(default_factory=dict)
    now: State = field(default_factory=samples.state)

    def state(self, actor: Actor) -> State:
        return self.now

    def client_report(self, actor: Actor, client_id: UUID, first: date, last: date) -> ClientReportFigures | None:
        found = self.by_workspace.get(actor.workspace_id)
        if found is None or self.now.publication is None:
            return None
        return replace(found, client_id=client_id, publication=self.now.publication)


@dataclass
class Inbox:
    """What arrived by SMTP, and how the server answers."""

    raw: list[bytes] = field(default_factory=list)
    message_ids: list[str] = field(default_factory=list)
    break_after_data: bool = False
    answer_to_recipient: str = "250 ok"

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(one, policy=policy.default) for one in self.raw]


@dataclass
class _Clerk:
    """Puts mails into the inbox. Apart from it, for aiosmtpd reads every property of its handler at each connection."""

    inbox: Inbox

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.inbox.answer_to_recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.inbox.answer_to_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.inbox.raw.append(envelope.content)
        self.inbox.message_ids.append(str(_HEADERS.parsebytes(envelope.content)["Message-ID"]))
        if self.inbox.break_after_data:
            server.transport.abort()
        return "250 kept"


def _answers(inbox: Inbox) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps([{"message_id": one} for one in inbox.message_ids]).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            return None

    return Answers


@dataclass
class Post:
    """The inbox with its two addresses."""

    inbox: Inbox
    smtp_url: str
    mail_url: str


@pytest.fixture
def post() -> Iterator[Post]:
    inbox = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    smtp = Controller(_Clerk(inbox), hostname="127.0.0.1", port=port)
    smtp.start()
    web = ThreadingHTTPServer(("127.0.0.1", 0), _answers(inbox))
    threading.Thread(target=web.serve_forever, daemon=True).start()
    yield Post(inbox, f"smtp://127.0.0.1:{port}", f"http://127.0.0.1:{web.server_address[1]}")
    smtp.stop()
    web.shutdown()
    web.server_close()


@dataclass(frozen=True)
class Agency:
    """One workspace with one client."""

    id: UUID
    client_id: UUID
    slug: str


@pytest.fixture
def numbers() -> Numbers:
    return Numbers()


@pytest.fixture
def mailing(fresh_settings: Settings, post: Post) -> Settings:
    """Settings whose mail goes to the test's own inbox."""
    return fresh_settings.moved(smtp_url=post.smtp_url, mail_url=post.mail_url)


@pytest.fixture
def agency(mailing: Settings, numbers: Numbers) -> Callable[..., Agency]:
    """Makes a workspace whose client has the given name and figures."""

    def make(slug: str, name: str = "Blue Harbour Ltd", **brand: str) -> Agency:
        workspace, client = new_id(), new_id()
        with psycopg.connect(mailing.owner_database_url) as connection:
            connection.execute("set local row_security = off")
            connection.execute("select set_config('app.workspace_id', %s, true)", (str(workspace),))
            connection.execute(
                "insert into workspace (id, slug, name, currency, timezone, brand)"
                " values (%s, %s, %s, 'GBP', 'UTC', %s)",
                (workspace, slug, f"{slug.title()} Studio", json.dumps(brand)),
            )
            connection.execute(
                "insert into client (id, workspace_id, external_id, name, email, currency, created_on, source)"
                " values (%s, %s, 'C-1', %s, %s, 'GBP', '2025-01-01', 'api')",
                (client, workspace, name, f"accounts@{slug}.example"),
            )
        numbers.by_workspace[workspace] = samples.figures(name)
        return Agency(workspace, client, slug)

    return make


@pytest.fixture
async def office(mailing: Settings, numbers: Numbers) -> AsyncIterator[Office]:
    database = Database(mailing.app_database_url, pool_size=3)
    yield Office(mailing, database, numbers)
    await database.close()
