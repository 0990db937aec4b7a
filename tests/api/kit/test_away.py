"""What is answered and logged while the database cannot be reached."""

import logging

import pytest
from starlette.testclient import TestClient

from api import app as api_app
from api.client import Client
from api.kit.database import Database
from imisofts.settings import Settings
from portal import app as portal_app

NOBODY = "postgresql://imisofts_app:secret@127.0.0.1:9/product"
SOMEBODY = {"imisofts_session": "a-session"}


def test_a_database_that_is_away_is_said_in_one_line(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    api = api_app.create(settings)
    portal = portal_app.create(settings, Client.in_process(api))
    with TestClient(api) as asked, TestClient(portal, base_url=settings.public_url, cookies=SOMEBODY) as shown:
        kept, api.state.database = api.state.database, Database(NOBODY)
        answer = asked.get("/v1/invoices", headers={"Authorization": "Bearer imt_some"})
        page = shown.get("/invoices", headers={"Accept-Language": "en"})
        api.state.database = kept
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "5")
    assert (page.status_code, "Not available for the moment" in page.text) == (503, True)
    told = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert told
    assert [record for record in told if record.exc_info] == []
    assert all("the database does not answer" in record.message and "secret" not in record.message for record in told)
