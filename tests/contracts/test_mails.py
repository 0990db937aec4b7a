"""Every mail that the routes lead to, of two agencies at once: none holds a word of the other."""

import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from anyio import run

from api import jobs
from api.client import Problem
from api.jobs.worker import import_tasks
from imisofts.access import Role
from imisofts.settings import Settings
from tests.api.agency import Agency, found, running
from tests.api.reports.conftest import Post, post
from tests.contracts import recipes

__all__ = ["post"]

PEOPLE = re.compile(r"[A-Z]+ /v1/(session|sign-up|account|users)")
"""The routes that write to people; reports have a proof of their own."""
FEW = 12
"""So many mails at least must have told of each agency, else the proof looks at nothing."""


@pytest.fixture
def agencies(fresh_settings: Settings, post: Post, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Agency]]:
    settings = fresh_settings.moved(smtp_url=post.smtp_url, mail_url=post.mail_url)
    monkeypatch.setenv("IMISOFTS_HOME", str(settings.home))
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    with running(settings) as api:
        yield [found(api), found(api)]


def _use(agency: Agency) -> None:
    """Every route of people once; what a route refuses because another one was used before it is left."""
    owner = agency.as_role[Role.owner]
    known = agency.api.ask("GET", "/workspace", owner).etag
    agency.api.ask("PATCH", "/workspace", owner, if_match=known, json={"name": f"Agency {agency.slug}"})
    for route in recipes.ROUTES:
        if not (route.writes and PEOPLE.match(recipes.key(route))):
            continue
        write = recipes.WRITES[recipes.key(route)]
        ident = recipes.row_of(agency, route, agency.client_id)
        who = write.who(agency) if write.who else None if "public" in route.actions else agency.as_role[Role.owner]
        etag = recipes.etag_of(agency, route, ident)
        options = recipes.options(agency, route, agency.client_id)
        try:
            agency.api.ask(route.method, route.address(ident), who, if_match=etag, **options)
        except Problem as problem:
            if problem.status >= 500:
                raise


def _delivered(agency: Agency) -> None:
    """The real worker carries out all that waits."""

    async def work() -> None:
        import_tasks()
        async with jobs.worker_app(agency.api.settings.app_database_url) as worker:
            await worker.run_worker_async(wait=False, install_signal_handlers=False)

    run(work)


def _words(mail: EmailMessage) -> str:
    """All that a mail says, but whom it goes to: that may be somebody whose address another agency knows, too."""
    heads = "\n".join(f"{name}: {value}" for name, value in mail.items() if name != "To")
    parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([heads, *parts])


@pytest.mark.slow
def test_no_mail_holds_a_word_of_the_other_agency(agencies: list[Agency], post: Post) -> None:
    for agency in agencies:
        _use(agency)
    _delivered(agencies[0])
    first, second = (agency.slug for agency in agencies)
    told = {first: 0, second: 0}
    for mail in post.inbox.mails:
        said, to = _words(mail), str(mail["To"])
        for mine, theirs in ((first, second), (second, first)):
            assert not (mine in said and theirs in said + to), f"{mail['Subject']} to {to} tells of both"
            told[mine] += mine in said
    assert min(told.values()) >= FEW, told
