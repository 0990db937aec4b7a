"""Pages at a workspace's own host: its face, its sign-in alone, and the way to another workspace."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from api.identity import operator
from imisofts.settings import Settings
from tests.portal.conftest import form_token
from tests.portal.world import PASSWORD, SLUG

HERE, THERE = f"http://{SLUG}.agencies.test", "http://second.agencies.test"


@pytest.fixture
def fresh_settings(make_settings: Callable[[], Settings]) -> Settings:
    return make_settings().moved(base_domain="agencies.test", public_url="http://127.0.0.1", nameserver="127.0.0.1:9")


def test_a_host_signs_in_to_its_workspace_and_leads_to_another(site: Any, fresh_settings: Settings) -> None:
    browser_of, world = site
    browser = browser_of(None)
    nobody = browser.get("http://nobody.agencies.test/sign-in")
    assert (nobody.status_code, "Nothing is served at this address" in nobody.text) == (421, True)
    assert browser.get("http://evil.example/").status_code == 421
    page = browser.get(f"{HERE}/sign-in").text
    assert "Sign in to Studio Nord" in page
    typed = {"email": world.people["owner"], "password": PASSWORD, "form_token": form_token(page), "next": "/"}
    came = browser.post(f"{HERE}/sign-in", data=typed, headers={"Origin": HERE})
    assert came.headers["location"] == "/"
    assert "domain=" not in came.headers["set-cookie"].lower()
    assert browser.get(f"{HERE}/clients").status_code == 200

    operator.create_workspace(fresh_settings, "second", name="Second Studio", currency="EUR", timezone="Europe/Berlin")
    with psycopg.connect(fresh_settings.owner_database_url) as owner:
        owner.execute(
            "insert into membership (id, workspace_id, user_id, role, joined_at) select gen_random_uuid(), w.id, u.id,"
            " 'member', now() from workspace w, app_user u where w.slug = 'second' and u.email = %s",
            (world.people["owner"],),
        )
    homes = browser.get(f"{HERE}/workspaces").text
    assert "Second Studio" in homes
    going = {"form_token": form_token(homes), "workspace": "second"}
    left = browser.post(f"{HERE}/workspaces", data=going, headers={"Origin": HERE}).headers["location"]
    assert left.startswith(f"{THERE}/switch?code=")
    stays = browser.get(left.replace(THERE, HERE))
    assert (stays.status_code, "This took too long" in stays.text) == (404, True)
    asks = browser.get(left).text
    assert "Go on in Second Studio" in asks
    sent = {"form_token": form_token(asks), "code": left.partition("code=")[2]}
    assert browser.post(f"{THERE}/switch", data=sent, headers={"Origin": THERE}).headers["location"] == "/"
    assert browser.get(f"{THERE}/clients").status_code == 200
    domain = browser.get(f"{HERE}/settings/domain")
    sent = {"form_token": form_token(domain.text), "host": "https://portal.nord.example"}
    wrong = browser.post(f"{HERE}/settings/domain", data=sent, headers={"Origin": HERE})
    assert (wrong.status_code, "is no host name" in wrong.text) == (422, True)
    sent["host"] = "portal.nord.example"
    assert browser.post(f"{HERE}/settings/domain", data=sent, headers={"Origin": HERE}).status_code == 303
    shown = browser.get(f"{HERE}/settings/domain").text
    assert "_imisofts.portal.nord.example" in shown
    checked = browser.post(
        f"{HERE}/settings/domain/verify", data={"form_token": form_token(shown)}, headers={"Origin": HERE}
    )
    assert checked.status_code == 303
    assert "The domain name system gave no answer" in browser.get(f"{HERE}/settings/domain").text
