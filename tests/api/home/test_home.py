"""The first page equals what plain SQL says, whatever was done before; PROVE=1 does 500 things."""

import os
import random
from datetime import date
from uuid import UUID

import psycopg

from api.client import Credentials
from imisofts.access import Action, Role
from tests.api.agency import Agency
from tests.api.home import truth
from tests.api.home.chance import ACTS, Chance

STEPS = 500 if os.environ.get("PROVE") else 90
SEED = int(os.environ.get("SEED", "1"))


def _user(owner: psycopg.Connection, agency: Agency, role: Role) -> UUID:
    found = owner.execute("select id from app_user where email = %s", [agency.email(role)]).fetchone()
    assert found is not None
    return UUID(str(found[0]))


def _beginning(agency: Agency, owner: psycopg.Connection) -> Chance:
    who = agency.as_role[Role.owner]
    other = agency.api.ask("POST", "/clients", who, json={"name": "Quagga"}).body["id"]
    user = _user(owner, agency, Role.member)
    person = agency.api.ask("POST", "/people", who, json={"name": "Mia", "user_id": str(user)}).body["id"]
    today = date.fromisoformat(agency.api.ask("GET", "/home", who).body["today"])
    return Chance(agency, random.Random(SEED), [agency.client_id, other], person, owner, today)


def test_the_first_page_equals_the_rows_after_anything(agency: Agency) -> None:
    with psycopg.connect(agency.api.settings.owner_database_url, autocommit=True) as owner:
        chance = _beginning(agency, owner)
        users = {role: _user(owner, agency, role) for role in Role}
        seen: set[str] = set()
        done: list[str] = []
        for _ in range(STEPS):
            done.append(chance.step())
            role = chance.random.choice([Role.owner, Role.member, Role.client])
            told = agency.api.ask("GET", "/home", agency.as_role[role]).body
            needs = [(need["kind"], need["count"]) for need in told.pop("needs")]
            client = agency.client_id if role is Role.client else None
            today = date.fromisoformat(told["today"])
            wanted = truth.home(owner, agency.workspace_id, today, client=client, user=users[role])
            assert told == wanted, (SEED, role, done)
            staff = role is not Role.client
            assert needs == truth.needs(wanted, staff=staff, manages_reports=role is Role.owner), (SEED, role, done)
            seen.update(kind for kind, _ in needs)
        assert set(done) == {act.__name__ for act in ACTS}
        assert seen >= {"invoice_overdue", "ticket_unanswered"}, "a walk on which nothing ever waits proves nothing"


def test_what_a_viewer_may_not_see_is_null_and_waits_for_nobody(agency: Agency) -> None:
    """A token that reads tickets alone is told of tickets alone."""
    owner = agency.as_role[Role.owner]
    scopes = [Action.workspace_read.value, Action.ticket_read.value]
    token = agency.api.ask("POST", "/tokens", owner, json={"name": "Tickets", "scopes": scopes}).body["token"]
    told = agency.api.ask("GET", "/home", Credentials(bearer=token)).body
    assert {name for name, part in told.items() if part is None} == {
        "balance", "drafts", "projects", "hours_left", "deliverables", "tasks", "reports"
    }  # fmt: skip
    assert told["tickets"] is not None
    assert {need["kind"] for need in told["needs"]} <= {"answer_wanted"}
