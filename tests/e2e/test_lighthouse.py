"""What Lighthouse says of the pages that everybody meets first; its figures of speed stand with the measurements."""

import os

import pytest

from bench import lighthouse
from imisofts.access import Role
from tests.e2e.conftest import Place
from tests.portal import world as world_module

pytestmark = pytest.mark.browser
LEAST = {name: least for name, least in lighthouse.GOALS.items() if name != "performance"}


@pytest.mark.skipif(not os.environ.get("PROVE"), reason="a minute of Lighthouse: PROVE=1")
def test_the_first_pages_lack_nothing_that_lighthouse_knows(place: Place) -> None:
    if reason := lighthouse.missing():
        pytest.skip(reason)
    emails = {Role.owner: place.world.people["owner"], Role.client: place.world.people["alpen"]}
    short = {}
    for name, path, role in lighthouse.PAGES:
        given = {"email": emails[role], "password": world_module.PASSWORD} if role else None
        with lighthouse.looking(place.url, given) as port:
            verdict = lighthouse.ask(place.url + path, port)
        if any(verdict.points[what] < least for what, least in LEAST.items()):
            short[name] = verdict
    assert short == {}
