"""What whoever runs the installation sees of its agencies, and how they come in: with a reason that is told."""

import pytest
from pydantic import ValidationError

from api.client import Credentials
from api.identity import operator
from api.kit.errors import NotFound
from imisofts.access import Role
from tests.api.agency import Agency, found


def test_every_agency_is_listed_with_plan_seats_clients_and_last_act(agency: Agency) -> None:
    ours, settings = found(agency.api), agency.api.settings
    bare = f"{ours.slug}b"
    operator.create_workspace(settings, bare, name="Bare", currency="EUR", timezone="UTC", plan="starter")
    rows = operator.overview(settings)
    by_slug = {row.slug: row for row in rows}
    assert [row.slug for row in rows] == sorted(by_slug)
    mine, theirs = by_slug[ours.slug], by_slug[bare]
    assert (mine.is_open, mine.plan, mine.seats, mine.clients) == (True, "enterprise", (3, None), (1, None))
    assert (theirs.is_open, theirs.plan, theirs.seats, theirs.clients) == (False, "starter", (0, 5), (0, 100))
    last = agency.api.ask("GET", "/events", ours.as_role[Role.owner], params={"limit": 1}).items[0]["occurred_at"]
    assert mine.last_act is not None
    assert mine.last_act.isoformat().replace("+00:00", "Z") == last
    assert theirs.last_act is None, "what the operator did is nobody's activity"


def test_the_operator_comes_in_with_a_reason_that_the_agency_reads(agency: Agency) -> None:
    settings, owner = agency.api.settings, agency.as_role[Role.owner]
    why = "The import of June stopped; looking at its file."
    token = operator.enter(settings, agency.slug, f"  {why} ")
    assert agency.api.ask("GET", "/clients", Credentials(bearer=token)).status == 200
    (told,) = agency.api.ask("GET", "/events/activity", owner, params={"name": "operator.entered"}).items
    assert (told["actor_kind"], told["data"]["changed"]["reason"]["after"]) == ("operator", why)


@pytest.mark.parametrize("reason", ["", "because", "a line\nand another line", "x" * 301])
def test_without_a_sentence_nobody_comes_in(agency: Agency, reason: str) -> None:
    with pytest.raises(ValidationError):
        operator.enter(agency.api.settings, agency.slug, reason)


def test_an_agency_that_is_not_there_is_not_entered(agency: Agency) -> None:
    with pytest.raises(NotFound):
        operator.enter(agency.api.settings, "nobody-here", "Looking for a lost agency.")
