"""The whole address in one process: API and portal over a database of the run, with a small agency in it."""

import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from starlette.testclient import TestClient

from imisofts import serve
from imisofts.settings import Settings

ORIGIN = "http://127.0.0.1"


def load_world() -> ModuleType:
    """The sibling module; pytest's importlib mode has no packages of tests."""
    if "portal_world" not in sys.modules:
        spec = importlib.util.spec_from_file_location("portal_world", Path(__file__).with_name("world.py"))
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules["portal_world"] = module
        spec.loader.exec_module(module)
    return sys.modules["portal_world"]


@pytest.fixture
def site(fresh_settings: Settings) -> Iterator[tuple[Callable[[str | None], TestClient], object]]:
    """``(browser_of, world)``: a browser signed in as somebody, or as nobody."""
    from api import app as api_app

    world_module = load_world()
    api = api_app.create(fresh_settings)
    world = world_module.build(fresh_settings, api)
    app = serve.create(fresh_settings)

    with TestClient(app, base_url=ORIGIN, follow_redirects=False) as first:
        browsers = [first]

        def browser_of(who: str | None) -> TestClient:
            browser = browsers[0]
            browser.cookies.clear()
            if who:
                sign_in(browser, world.people[who], world_module.PASSWORD)
            return browser

        yield browser_of, world


def form_token(html: str) -> str:
    """The token of the page's first form."""
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', html)
    assert found, html[:500]
    return found.group(1)


def sign_in(browser: TestClient, email: str, password: str) -> None:
    """Through the form."""
    token = form_token(browser.get("/sign-in").text)
    sent = {"email": email, "password": password, "form_token": token, "next": "/"}
    answer = browser.post("/sign-in", data=sent, headers={"Origin": ORIGIN})
    assert answer.status_code == 303, answer.text
