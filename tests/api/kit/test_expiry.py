"""What has had its time is deleted by a job, and nothing else is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from anyio import run

from api.client import Credentials
from api.jobs.expire import delete_ended, ending_tables
from api.kit.database import Database
from imisofts.access import Role
from imisofts.settings import Settings
from tests.api.agency import Agency, found, running, sign_in


@pytest.fixture
def agency(fresh_settings: Settings) -> Iterator[Agency]:
    with running(fresh_settings) as api:
        yield found(api)


def left(agency: Agency, after: timedelta) -> dict[str, int]:
    """Delete what will have ended ``after`` from now; how many rows are left, by table."""

    async def work() -> None:
        database = Database(agency.api.settings.app_database_url)
        await delete_ended(database, datetime.now(UTC) + after)
        await database.close()

    run(work)
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        counts = {
            table.name: owner.execute(f"select count(*) from {table.name}".encode()).fetchone()
            for table in ending_tables()
        }
    return {name: row[0] for name, row in counts.items() if row is not None}


def test_each_table_loses_its_rows_when_they_end_and_not_before(agency: Agency) -> None:
    """Five people followed their links (spent: gone at once) and have a session; one is remembered, one signed out."""
    api, owner = agency.api, agency.as_role[Role.owner]
    sign_in(api, agency.email(Role.member), remember=True)
    api.ask("DELETE", "/session", agency.as_role[Role.admin])
    api.ask("POST", "/clients", owner, json={"name": "Kept answer"}, idempotency_key="one")
    open_link = {"email": "later@example.com", "name": "Later", "role": "member"}
    api.ask("POST", "/users", owner, json=open_link)
    file = ("clients.csv", b"external_id,name\n1,Northwind\n", "text/csv")
    api.ask("POST", "/imports", owner, data={"kind": "clients", "dry_run": "true"}, files={"file": file})
    now = left(agency, timedelta(seconds=5))
    told = {name: count for name, count in now.items() if count and name not in {"rate_limit", "event_origin"}}
    assert told == {
        "idempotency_answer": 1, "import_file": 1, "session": 5, "sign_in_link": 1,
    }  # fmt: skip
    assert left(agency, timedelta(minutes=31))["session"] == 1
    assert left(agency, timedelta(hours=23))["import_file"] == 1
    assert left(agency, timedelta(hours=25))["import_file"] == 0
    later = left(agency, timedelta(hours=47, minutes=50))
    assert (later["idempotency_answer"], later["session"], later["rate_limit"]) == (1, 1, 0)
    assert left(agency, timedelta(hours=48, minutes=10))["idempotency_answer"] == 0
    later = left(agency, timedelta(days=6))
    assert {name for name, count in later.items() if count} - {"event_origin"} == {"session", "sign_in_link"}
    assert not any(left(agency, timedelta(days=181)).values())


def test_a_kept_answer_is_answered_until_it_is_deleted(agency: Agency) -> None:
    token = agency.api.ask("POST", "/tokens", agency.as_role[Role.owner], json={"name": "Site"}).body["token"]

    def post() -> str:
        answer = agency.api.ask(
            "POST", "/clients", Credentials(bearer=token), json={"name": "Once"}, idempotency_key="once"
        )
        return str(answer.body["id"])

    first = post()
    left(agency, timedelta(minutes=5))
    assert post() == first
    left(agency, timedelta(hours=49))
    assert post() != first
