"""From the request to the inbox: frozen, held, released once, sent once, seen only by its own client."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from email.message import EmailMessage
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from api import jobs as queue
from api.kit import mail as transport
from api.kit.errors import NotFound
from api.reports import delivery, figures, jobs, mail, pdf, repository, service
from api.reports.office import Office, system
from imisofts.access import Role, actor_of_role
from tests.api.reports import samples
from tests.api.reports.conftest import Numbers, Post
from tests.api.reports.steps import Make, ask, event_names, jobs_of, row_of

pytestmark = pytest.mark.anyio


async def test_what_leaves_is_frozen_with_its_hash(office: Office, agency: Make, post: Post) -> None:
    logo = b"\x89PNG\r\n\x1a\n, as far as a mail is concerned"
    texts = {"sender_name": "Nora North", "reply_to": "nora@north.example", "accent": "#0f766e"}
    north = agency("north", **texts, logo_png=base64.b64encode(logo).decode())
    report_id = await ask(office, north)
    assert await jobs_of(office, report_id) == 1
    assert await delivery.carry_out(office, north.id, report_id) == "sent"
    row = await row_of(office, north, report_id)
    assert row.pdf is not None
    assert row.figures is not None
    assert row.figures_hash == figures.digest(row.figures)
    assert (row.publication_id, row.template_version) == (12, pdf.TEMPLATE_VERSION)
    (message,) = post.inbox.mails
    assert str(message["Message-ID"]) == row.message_id == mail.message_id(report_id)
    assert "Nora North" in str(message["From"])
    assert str(message["Reply-To"]) == "nora@north.example"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    for part in (plain, html):
        assert f"{office.settings.public_url}/reports#report-{report_id}" in part.get_content()
        for said in ("15,138.00", "5,046.00", "10,933.00", "13,624.20 in Sept 2026"):
            assert said in part.get_content()
    (inline,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert (inline["Content-ID"], inline.get_payload(decode=True)) == ("<logo>", logo)
    assert 'src="cid:logo"' in html.get_content()
    (attached,) = message.iter_attachments()
    content = attached.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert hashlib.sha256(content).digest() == hashlib.sha256(row.pdf).digest()
    assert await event_names(office, north, report_id) == ["report.requested", "report.sent"]


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (samples.state(fresh=False), "Replication has been silent for 42 minutes."),
        (samples.state(audit=False), "The last audit failed: invoices_reconcile."),
        (samples.state(data_on=samples.LAST.replace(day=30)), "The published data reaches 30 October 2026"),
        (replace(samples.state(), publication=None), "No audited figures have been published yet."),
    ],
)
async def test_held_with_a_reason_then_leaves_once(
    office: Office, agency: Make, post: Post, numbers: Numbers, trouble: object, said: str
) -> None:
    north = agency("north")
    numbers.now = trouble  # type: ignore[assignment]
    report_id = await ask(office, north)
    assert await delivery.carry_out(office, north.id, report_id) == "held"
    row = await row_of(office, north, report_id)
    assert row.held_reason is not None
    assert row.held_reason.startswith(said)
    assert (await service.release_all(office), post.inbox.raw) == (0, [])
    numbers.now = samples.state(number=13)
    assert [await service.release_all(office), await service.release_all(office)] == [1, 0]
    assert await jobs_of(office, report_id) == 2
    for _ in range(2):
        assert await delivery.carry_out(office, north.id, report_id) == "sent"
    assert len(post.inbox.raw) == 1
    assert (await row_of(office, north, report_id)).publication_id == 13
    names = await event_names(office, north, report_id)
    assert names == ["report.requested", "report.held", "report.released", "report.sent"]


async def test_killed_between_sending_and_recording_is_found_not_sent_again(
    office: Office, agency: Make, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    north = agency("north")
    report_id = await ask(office, north)
    sending = transport.send

    def killed(*arguments: object) -> None:
        sending(*arguments)  # type: ignore[arg-type]
        raise SystemExit("killed")

    monkeypatch.setattr(transport, "send", killed)
    with pytest.raises(BaseException, match="killed"):
        await delivery.carry_out(office, north.id, report_id)
    monkeypatch.setattr(transport, "send", sending)
    assert (await row_of(office, north, report_id)).status == "sending"
    assert await delivery.carry_out(office, north.id, report_id) == "sent"
    assert len(post.inbox.raw) == 1


async def test_a_broken_connection_is_unknown_until_the_transport_answers(
    office: Office, agency: Make, post: Post
) -> None:
    north = agency("north")
    report_id = await ask(office, north)
    post.inbox.break_after_data = True
    deaf = replace(office, settings=office.settings.moved(mail_url="http://127.0.0.1:9"))
    assert await delivery.carry_out(deaf, north.id, report_id) == "unknown"
    assert await delivery.carry_out(deaf, north.id, report_id) == "unknown"
    assert await delivery.carry_out(office, north.id, report_id) == "sent"
    assert len(post.inbox.raw) == 1


async def test_an_unreachable_server_leaves_it_queued(office: Office, agency: Make, post: Post) -> None:
    north = agency("north")
    report_id = await ask(office, north)
    unreachable = replace(office, settings=office.settings.moved(smtp_url="smtp://127.0.0.1:9"))
    with pytest.raises(delivery.TryAgain):
        await delivery.carry_out(unreachable, north.id, report_id)
    assert (await row_of(office, north, report_id)).status == "queued"
    assert await delivery.carry_out(office, north.id, report_id) == "sent"
    assert len(post.inbox.raw) == 1


async def test_the_last_try_at_a_dead_server_fails_and_a_person_sends_it_after_all(
    office: Office, agency: Make, post: Post
) -> None:
    north = agency("north")
    report_id = await ask(office, north)
    dead = replace(office, settings=office.settings.moved(smtp_url="smtp://127.0.0.1:9"))
    for last, status in ((False, "queued"), (True, "failed")):
        with pytest.raises(delivery.TryAgain):
            await jobs.attempt(dead, north.id, report_id, last=last)
        row = await row_of(office, north, report_id)
        assert (row.status, "cannot be reached" in (row.failure or "")) == (status, True)
    assert await delivery.carry_out(office, north.id, report_id) == "failed"
    async with office.database.begin(north.id) as session:
        await service.redeliver(session, system(north.id), report_id)
    assert await jobs_of(office, report_id) == 2
    await jobs.attempt(office, north.id, report_id, last=False)
    row = await row_of(office, north, report_id)
    assert (row.status, row.failure, len(post.inbox.raw)) == ("sent", None, 1)
    names = ["report.requested", "report.failed", "report.requested", "report.sent"]
    assert await event_names(office, north, report_id) == names


@pytest.mark.parametrize(("answer", "status"), [("550 5.1.1 No such mailbox", "failed"), ("451 later", "queued")])
async def test_a_refused_recipient_fails_at_once_and_a_busy_server_does_not(
    office: Office, agency: Make, post: Post, answer: str, status: str
) -> None:
    north = agency("north")
    report_id = await ask(office, north)
    post.inbox.answer_to_recipient = answer
    expected = pytest.raises(delivery.TryAgain) if status == "queued" else nullcontext()
    with expected:
        await jobs.attempt(office, north.id, report_id, last=False)
    row = await row_of(office, north, report_id)
    assert (row.status, row.failure) == (status, f"The mail server refused the message: {answer}")
    assert post.inbox.raw == []


async def test_the_queue_tells_its_last_try(office: Office, agency: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real worker, with as many tries behind it as the queue allows, meets a dead mail server."""
    north = agency("north")
    report_id = await ask(office, north)
    async with office.database.begin(None) as session:
        await session.execute(
            text("update queue.procrastinate_jobs set attempts = :tries where args ->> 'report_id' = :id"),
            {"tries": queue.RETRY.max_attempts, "id": str(report_id)},
        )
    dead = replace(office, settings=office.settings.moved(smtp_url="smtp://127.0.0.1:9"))

    @asynccontextmanager
    async def here(_: object) -> AsyncIterator[Office]:
        yield dead

    monkeypatch.setattr(jobs, "opened", here)
    async with queue.worker_app(office.settings.app_database_url) as worker:
        await worker.run_worker_async(wait=False, install_signal_handlers=False)
    assert (await row_of(office, north, report_id)).status == "failed"


async def test_a_client_sees_its_own_sent_reports_only(office: Office, agency: Make) -> None:
    north, south = agency("north"), agency("south")
    sent, built = await ask(office, north), await ask(office, north, deliver=False)
    for report_id in (sent, built):
        await delivery.carry_out(office, north.id, report_id)
    its_own = actor_of_role(north.id, Role.client, client_ids=frozenset({north.client_id}))
    another = actor_of_role(north.id, Role.client, client_ids=frozenset({south.client_id}))
    async with office.database.begin(north.id, read_only=True) as session:
        assert [row.id for row in await session.scalars(repository.visible_to(its_own))] == [sent]
        assert list(await session.scalars(repository.visible_to(another))) == []
        with pytest.raises(NotFound):
            await repository.get(session, its_own, built)
    async with office.database.begin(south.id, read_only=True) as session:
        assert list(await session.scalars(repository.visible_to(system(north.id)))) == []


async def test_nothing_of_one_workspace_reaches_another(office: Office, agency: Make, post: Post) -> None:
    north, south = agency("north", "Marker Alpha"), agency("south", "Marker Omega")
    for one in (north, south):
        report_id = await ask(office, one)
        await delivery.carry_out(office, one.id, report_id)
        row = await row_of(office, one, report_id)
        others = "Omega" if one is north else "Alpha"
        assert others not in json.dumps(row.figures)
        assert row.pdf is not None
        assert all(others not in page.extract_text() for page in PdfReader(BytesIO(row.pdf)).pages)
    for message, others in zip(post.inbox.mails, ("Omega", "Alpha"), strict=True):
        assert others not in message.as_string()
        assert str(message["To"]).endswith("north.example" if others == "Omega" else "south.example")


async def test_due_reports_are_queued_once(office: Office, agency: Make) -> None:
    north = agency("north")
    agency("idle")
    async with office.database.begin(north.id) as session:
        await session.execute(
            text(
                "insert into invoice (id, workspace_id, client_id, number, status, currency, issued_on, due_on,"
                " subtotal_minor, tax_minor, total_minor, paid_minor, credited_minor, source)"
                " values (gen_random_uuid(), :w, :c, 'A-1', 'issued', 'GBP', '2026-10-05', '2026-10-19',"
                " 100, 0, 100, 0, 0, 'api')"
            ),
            {"w": north.id, "c": north.client_id},
        )
    assert [await service.queue_due(office, "2026-10"), await service.queue_due(office, "2026-10")] == [1, 0]
