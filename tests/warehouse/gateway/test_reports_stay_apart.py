"""Nothing of one client is in another's report: neither in its text, metadata, images nor in its mail.

Many agencies with three clients each have the same history; only the markers in their texts, and the colour of their
logos, tell them apart. Their reports are made by the product's own delivery, several at a time, and each is searched
for the markers of all the others. ``PROVE=1`` takes 200 agencies, else four.
"""

import asyncio
import base64
import json
import re
import struct
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from email.message import EmailMessage
from io import BytesIO
from uuid import UUID

import pikepdf
import psycopg
import pytest
from pypdf import PdfReader

from api.kit.database import Database
from api.reports import delivery, repository, service
from api.reports.models import ReportDelivery
from api.reports.office import Office, system
from api.reports.schemas import ReportCreate
from imisofts.settings import Settings
from tests.api.reports.conftest import Post
from tests.api.reports.conftest import post as post
from tests.warehouse.gateway import markers
from tests.warehouse.gateway.markers import Marked
from warehouse.gateway import Gateway

pytestmark = pytest.mark.anyio
MARKER = re.compile(r"(?:Quokka|Wombat)\d+")
AT_ONCE, TRIES = 4, 3


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def colour(one: Marked) -> bytes:
    """The colour of an agency's logo, nobody else's."""
    return bytes((one.house % 256, 255 - one.house % 256, 7))


def logo(one: Marked) -> bytes:
    """A PNG of 8 × 8 pixels in that colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + colour(one) * 8 for _ in range(8)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.fixture
def everybody(fresh_settings: Settings) -> list[Marked]:
    """The agencies and clients of the lake, with the same ids, in the product's database."""
    found = markers.everybody(markers.HOUSES)
    with psycopg.connect(fresh_settings.owner_database_url) as connection:
        for one in found:
            connection.execute("select set_config('app.workspace_id', %s, true)", (str(one.workspace_id),))
            if one.number == 0:
                connection.execute(
                    "insert into workspace (id, slug, name, currency, timezone, brand)"
                    " values (%s, %s, %s, 'GBP', 'UTC', %s)",
                    (one.workspace_id, one.slug, f"{one.house_marker} Studio", json.dumps(brand(one))),
                )
            connection.execute(
                "insert into client (id, workspace_id, external_id, name, email, currency, created_on, source)"
                " values (%s, %s, %s, %s, %s, 'GBP', '2025-01-01', 'api')",
                (one.id, one.workspace_id, one.marker, one.name, f"{one.marker}@client.example"),
            )
    return found


def brand(one: Marked) -> dict[str, str]:
    house = one.house_marker
    return {
        "logo_png": base64.b64encode(logo(one)).decode(),
        "sender_name": f"Ada of {house}",
        "reply_to": f"{house}@agency.example",
        "footer": f"{house} Ltd, 1 {house} Street",
    }


@pytest.fixture
async def office(fresh_settings: Settings, post: Post, figures: Gateway) -> AsyncIterator[Office]:
    settings = fresh_settings.moved(smtp_url=post.smtp_url, mail_url=post.mail_url)
    database = Database(settings.app_database_url, pool_size=2 * AT_ONCE + 2)
    yield Office(settings, database, figures)
    await database.close()


async def delivered(office: Office, one: Marked) -> ReportDelivery:
    """One client's report of May, as it was kept after it was sent."""
    async with office.database.begin(one.workspace_id) as session:
        given = ReportCreate(client=str(one.id), period="2026-05")
        report_id = (await service.request(session, system(one.workspace_id), given)).id
    assert await carried_out(office, one, report_id) == "sent"
    async with office.database.begin(one.workspace_id, read_only=True) as session:
        return await repository.get(session, system(one.workspace_id), report_id, whole=True)


async def carried_out(office: Office, one: Marked, report_id: UUID) -> str:
    """As the product's job does it: again where the mail server was too busy to answer."""
    for _ in range(TRIES):
        with suppress(delivery.TryAgain):
            return await delivery.carry_out(office, one.workspace_id, report_id)
    raise AssertionError("the mail server never answered")


def said_by(pdf: bytes) -> Iterator[str]:
    """Everything that can be read in a PDF: pages, bookmarks, metadata and the alternative texts of its charts."""
    reader = PdfReader(BytesIO(pdf))
    yield from (page.extract_text() for page in reader.pages)
    yield str(reader.metadata)
    yield str(reader.outline)
    with pikepdf.open(BytesIO(pdf)) as document:
        yield document.Root.Metadata.read_bytes().decode()
        for found in document.objects:
            if isinstance(found, pikepdf.Dictionary) and "/Alt" in found:
                yield str(found.Alt)


def colours_in(pdf: bytes) -> set[bytes]:
    """The first pixel of each image."""
    with pikepdf.open(BytesIO(pdf)) as document:
        images = [one for one in document.objects if isinstance(one, pikepdf.Stream)]
        return {one.read_bytes()[:3] for one in images if one.get("/Subtype") == "/Image"}


def said_by_mail(mail: EmailMessage) -> Iterator[str]:
    """Headers, and every part that is text; its attachment is compared byte by byte instead."""
    yield str(mail.items())
    for part in mail.walk():
        yield str(part.items())
        if part.get_content_maintype() == "text":
            yield str(part.get_content())


async def test_no_report_holds_a_word_of_another(office: Office, everybody: list[Marked], post: Post) -> None:
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(one: Marked) -> ReportDelivery:
        async with turns:
            return await delivered(office, one)

    rows = await asyncio.gather(*(in_turn(one) for one in everybody))
    mails = {str(mail["Message-ID"]): mail for mail in post.inbox.mails}
    assert len(mails) == len(everybody) == 3 * markers.HOUSES
    for one, row in zip(everybody, rows, strict=True):
        assert row.pdf is not None
        mail, own = mails[row.message_id], {one.marker, one.house_marker}
        text = " ".join(said_by(row.pdf))
        assert set(MARKER.findall(text)) == own, one.marker
        assert set(MARKER.findall(" ".join(said_by_mail(mail)))) == own, one.marker
        assert set(MARKER.findall(json.dumps([row.figures, row.brand]))) == own, one.marker
        assert (str(mail["To"]), str(mail["Reply-To"])) == (
            f"{one.marker}@client.example",
            f"{one.house_marker}@agency.example",
        )
        assert colours_in(row.pdf) == {colour(one)}
        (attached,) = mail.iter_attachments()
        assert attached.get_payload(decode=True) == row.pdf
        assert "whispered" not in text, "a note on a time entry is nobody's but the agency's"
        assert "Ada" not in text, "who worked is nobody's but the agency's"
