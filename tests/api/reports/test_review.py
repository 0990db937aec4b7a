"""Settings per client, and the review: what was approved leaves as it was read, what was withdrawn never does."""

from dataclasses import replace
from email.message import EmailMessage

import pytest

from api.reports import delivery, jobs, repository, service
from api.reports.errors import NotADraft
from api.reports.office import Office, system
from imisofts.access import Role, actor_of_role
from tests.api.reports import samples
from tests.api.reports.conftest import Numbers, Post
from tests.api.reports.steps import Make, ask, event_names, jobs_of, prefer, row_of, text_of

pytestmark = pytest.mark.anyio


async def test_a_draft_waits_and_leaves_as_it_was_read(
    office: Office, agency: Make, post: Post, numbers: Numbers
) -> None:
    """Neither newer figures nor other settings nor stale data change what was approved; nobody sees it before."""
    north = agency("north")
    await prefer(office, north, review=True, sections=["money"])
    report_id = await ask(office, north)
    assert await delivery.carry_out(office, north.id, report_id) == "draft"
    assert await delivery.carry_out(office, north.id, report_id) == "draft"
    drafted = await row_of(office, north, report_id)
    its_own = actor_of_role(north.id, Role.client, client_ids=frozenset({north.client_id}))
    async with office.database.begin(north.id, read_only=True) as session:
        assert list(await session.scalars(repository.visible_to(its_own))) == []
    assert post.inbox.raw == []
    numbers.by_workspace[north.id] = samples.figures("Somebody Else")
    numbers.now = samples.state(fresh=False, number=13)
    await prefer(office, north, review=True, sections=["next"], locale="en_US")
    async with office.database.begin(north.id) as session:
        await service.approve(session, system(north.id), office.clock, report_id)
    assert await jobs_of(office, report_id) == 2
    assert await delivery.carry_out(office, north.id, report_id) == "sent"
    row = await row_of(office, north, report_id)
    assert (row.pdf, row.figures_hash, row.publication_id) == (drafted.pdf, drafted.figures_hash, 12)
    assert row.approved_at is not None
    (message,) = post.inbox.mails
    plain = message.get_body(("plain",))
    assert isinstance(plain, EmailMessage)
    assert "Blue Harbour Ltd £15,138.00 on 8 invoices" in plain.get_content()
    names = ["report.requested", "report.drafted", "report.approved", "report.sent"]
    assert await event_names(office, north, report_id) == names


async def test_an_approved_report_that_could_not_leave_stays_approved(office: Office, agency: Make, post: Post) -> None:
    north = agency("north")
    await prefer(office, north, review=True)
    report_id = await ask(office, north)
    await delivery.carry_out(office, north.id, report_id)
    async with office.database.begin(north.id) as session:
        await service.approve(session, system(north.id), office.clock, report_id)
    dead = replace(office, settings=office.settings.moved(smtp_url="smtp://127.0.0.1:9"))
    for last, status in ((False, "approved"), (True, "failed")):
        with pytest.raises(delivery.TryAgain):
            await jobs.attempt(dead, north.id, report_id, last=last)
        assert (await row_of(office, north, report_id)).status == status
    async with office.database.begin(north.id) as session:
        assert (await service.redeliver(session, system(north.id), report_id)).status == "approved"
    assert await delivery.carry_out(office, north.id, report_id) == "sent"
    assert len(post.inbox.raw) == 1


@pytest.mark.parametrize("approved_first", [False, True])
async def test_what_was_withdrawn_never_leaves(office: Office, agency: Make, post: Post, approved_first: bool) -> None:
    north = agency("north")
    await prefer(office, north, review=True)
    report_id = await ask(office, north)
    await delivery.carry_out(office, north.id, report_id)
    async with office.database.begin(north.id) as session:
        if approved_first:
            await service.approve(session, system(north.id), office.clock, report_id)
        await service.withdraw(session, system(north.id), report_id)
    assert await delivery.carry_out(office, north.id, report_id) == "withdrawn"
    async with office.database.begin(north.id) as session:
        with pytest.raises(NotADraft):
            await service.approve(session, system(north.id), office.clock, report_id)
    assert post.inbox.raw == []


async def test_withdrawn_while_it_was_being_picked_up(
    office: Office, agency: Make, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading the row and saying *sending*: the row under lock decides, and no mail leaves."""
    north = agency("north")
    await prefer(office, north, review=True)
    report_id = await ask(office, north)
    await delivery.carry_out(office, north.id, report_id)
    async with office.database.begin(north.id) as session:
        await service.approve(session, system(north.id), office.clock, report_id)
    reading = delivery._frozen

    async def then_withdrawn(*arguments: object) -> object:
        document = await reading(*arguments)  # type: ignore[arg-type]
        async with office.database.begin(north.id) as session:
            await service.withdraw(session, system(north.id), report_id)
        return document

    monkeypatch.setattr(delivery, "_frozen", then_withdrawn)
    assert await delivery.carry_out(office, north.id, report_id) == "withdrawn"
    assert post.inbox.raw == []


async def test_a_report_has_the_sections_and_the_language_that_were_chosen(
    office: Office, agency: Make, numbers: Numbers
) -> None:
    north = agency("north")
    numbers.by_workspace[north.id] = samples.figures(**samples.busy())
    await prefer(office, north, sections=["next", "work"], locale="en_US")
    report_id = await ask(office, north, deliver=False)
    assert await delivery.carry_out(office, north.id, report_id) == "built"
    row = await row_of(office, north, report_id)
    assert (row.sections, row.locale) == (["work", "next"], "en_US")
    said = text_of(row)
    assert "Work delivered in October 2026" in said
    assert "November 20, 2026" in said
    assert "Invoices and balance" not in said


async def test_a_client_that_the_data_does_not_know_yet_is_held(
    office: Office, agency: Make, post: Post, numbers: Numbers
) -> None:
    north = agency("north")
    known = numbers.by_workspace.pop(north.id)
    report_id = await ask(office, north)
    assert await delivery.carry_out(office, north.id, report_id) == "held"
    assert (await row_of(office, north, report_id)).held_reason == "The published data does not know this client yet."
    numbers.by_workspace[north.id] = known
    assert await service.release_all(office) == 1
    assert await delivery.carry_out(office, north.id, report_id) == "sent"
    assert len(post.inbox.raw) == 1
