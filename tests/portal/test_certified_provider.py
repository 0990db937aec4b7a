"""Single sign-on against a provider that somebody else wrote and the OpenID Foundation certified, over real HTTP: our
pages, its pages, the code with PKCE, its userinfo, its sign-out. What a lying provider does stands with the API.
"""

import html
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx2
import psycopg
import pytest
import uvicorn

from imisofts import serve
from imisofts.access import Role
from imisofts.settings import PROJECT_ROOT, Settings
from tests.api.agency import Agency, Api, found, running
from tests.api.identity.names import Names, answering
from tests.portal.conftest import form_token

PROGRAM = Path(__file__).parents[1] / "api" / "identity" / "provider.mjs"
NODE = PROJECT_ROOT / ".venv" / "bin" / "node"
SECRET = "a-secret-that-both-of-them-know-well"
pytestmark = pytest.mark.skipif(
    not (PROJECT_ROOT / "tests" / "node_modules" / "oidc-provider").is_dir(), reason="the provider is not installed"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Place:
    """Our address with one agency in it, whose provider is the certified one."""

    url: str
    provider: str
    agency: Agency

    def address(self, name: str) -> str:
        """Somebody of the agency's own domain."""
        return f"{name}@{self.agency.slug}.example"


@pytest.fixture(scope="module")
def names() -> Iterator[Names]:
    with answering() as names:
        yield names


@pytest.fixture(scope="module")
def api(settings: Settings, names: Names) -> Iterator[Api]:
    here = settings.moved(nameserver=names.address, public_url=f"http://127.0.0.1:{free_port()}")
    port = urlsplit(here.public_url).port or 0
    server = uvicorn.Server(uvicorn.Config(serve.create(here), port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.05)
    with running(here) as api:
        yield api
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def place(api: Api, names: Names) -> Iterator[Place]:
    agency, port = found(api), free_port()
    owner, domain = agency.as_role[Role.owner], f"{agency.slug}.example"
    known = api.ask("GET", "/workspace/sign-on", owner).body
    command = [NODE, PROGRAM, str(port), known["redirect_uri"], known["sign_out_uri"]]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running_there:
        assert running_there.stdout
        assert running_there.stdout.readline() == "answers\n"
        asked = {"issuer": f"http://127.0.0.1:{port}", "client_id": "imisofts", "client_secret": SECRET}
        named = api.ask("PUT", "/workspace/sign-on", owner, json={**asked, "domains": [domain]}).body
        names.texts[f"_imisofts.{domain}"] = [named["record_value"]]
        checked = api.ask("POST", "/workspace/sign-on/check", owner).body
        assert (checked["problem"], checked["proven_domains"]) == (None, [domain])
        yield Place(api.settings.public_url, asked["issuer"], agency)
        assert running_there.stdin
        running_there.stdin.close()  # it ends with its input: the command is only the parent of what listens


class Browser:
    """Keeps cookies, follows redirects, fills in the one form of a page."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.http = httpx2.Client(follow_redirects=True, trust_env=False, timeout=30)

    def sets_out(self, email: str) -> httpx2.Response:
        """From our page to the provider's."""
        token = form_token(self.http.get(f"{self.place.url}/sign-on").text)
        return self.sends(f"{self.place.url}/sign-on", {"form_token": token, "email": email})

    def sends(self, url: str, form: dict[str, str]) -> httpx2.Response:
        parts = urlsplit(url)
        return self.http.post(url, data=form, headers={"Origin": f"{parts.scheme}://{parts.netloc}"})

    def submits(self, page: httpx2.Response, **typed: str) -> httpx2.Response:
        """The page's first form, its hidden fields with it."""
        action = re.search(r'<form[^>]* action="([^"]+)"', page.text)
        assert action, page.text[:2000]
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        return self.sends(urljoin(str(page.url), html.unescape(action.group(1))), {**dict(hidden), **typed})

    def comes_in(self, email: str) -> httpx2.Response:
        """Signs in there, agrees, and is sent back."""
        page = self.submits(self.sets_out(email), login=email, password="any")
        return self.submits(page) if str(page.url).startswith(self.place.provider) else page

    def role(self) -> str | None:
        """What the browser's session is here; None for nobody."""
        answer = self.http.get(f"{self.place.url}/v1/session")
        return str(answer.json()["role"]) if answer.status_code == 200 else None

    def signs_out(self) -> httpx2.Response:
        token = form_token(self.http.get(f"{self.place.url}/account").text)
        return self.sends(f"{self.place.url}/sign-out", {"form_token": token})


@pytest.fixture
def browsers(place: Place) -> Iterator[Callable[[], Browser]]:
    """Opens another browser."""
    with ExitStack() as stack:

        def opened() -> Browser:
            browser = Browser(place)
            stack.callback(browser.http.close)
            return browser

        yield opened


@pytest.fixture
def browser(browsers: Callable[[], Browser]) -> Browser:
    return browsers()


def test_somebody_of_a_proven_domain_comes_in_and_is_known_again(
    place: Place, browser: Browser, browsers: Callable[[], Browser]
) -> None:
    """The ID token holds no address: who it is was read at the provider's userinfo endpoint."""
    landed = browser.comes_in(place.address("ada"))
    assert (urlsplit(str(landed.url)).netloc, browser.role()) == (urlsplit(place.url).netloc, "member")
    me = browser.http.get(f"{place.url}/v1/session").json()["user"]
    assert (me["email"], me["name"]) == (place.address("ada"), "Person ada")
    again = browsers()
    again.comes_in(place.address("ada"))
    assert again.http.get(f"{place.url}/v1/session").json()["user"]["id"] == me["id"]


def test_an_address_that_the_provider_never_checked_opens_nothing(place: Place, browser: Browser) -> None:
    refused = browser.comes_in(place.address("unverified"))
    assert "does not vouch for an address" in html.unescape(refused.text)
    assert browser.role() is None


def test_who_goes_back_instead_of_agreeing_is_nobody_here(place: Place, browser: Browser) -> None:
    asks = browser.sets_out(place.address("unwilling"))
    leave = re.search(r'<a href="([^"]+/abort)"', asks.text)
    assert leave, asks.text
    landed = browser.http.get(html.unescape(leave.group(1)))
    assert (landed.status_code, browser.role()) == (422, None)
    assert "did not let you in, or you went back" in html.unescape(landed.text)


def test_the_provider_speaks_for_nobody_who_is_at_another_agency_too(place: Place, browser: Browser) -> None:
    both = place.address("both")
    for agency in (place.agency, found(place.agency.api)):
        asked = {"email": both, "name": "Both", "role": "admin"}
        agency.api.ask("POST", "/users", agency.as_role[Role.owner], json=asked)
    with psycopg.connect(place.agency.api.settings.owner_database_url) as owner:
        joined = "update membership set joined_at = now() where user_id = (select id from app_user where email = %s)"
        owner.execute(joined, (both,))
    refused = browser.comes_in(both)
    assert ("belongs to another workspace" in refused.text, browser.role()) == (True, None)


def test_another_domain_finds_no_provider_and_another_login_opens_nothing(place: Place, browser: Browser) -> None:
    assert "Nobody comes in by single sign-on" in browser.sets_out("ada@elsewhere.example").text
    page = browser.submits(browser.sets_out(place.address("cuckoo")), login="cuckoo@elsewhere.example", password="any")
    assert "does not vouch for an address" in html.unescape(browser.submits(page).text)
    assert browser.role() is None


def test_signing_out_here_leads_to_the_provider_which_ends_the_persons_other_sessions_here(
    place: Place, browsers: Callable[[], Browser]
) -> None:
    """The provider tells us, server to server; a session that did not begin by it goes on."""
    email, here, other, stranger = place.address("grace"), browsers(), browsers(), browsers()
    here.comes_in(email)
    other.comes_in(email)
    stranger.comes_in(place.address("stranger"))
    page = here.signs_out()
    assert (here.role(), other.role()) == (None, "member")
    there = re.search(rf'href="({re.escape(place.provider)}[^"]+)"', page.text)
    assert there, page.text
    ended = here.submits(here.http.get(html.unescape(there.group(1))), logout="yes")
    assert (str(ended.url).startswith(place.provider), ended.status_code) == (True, 200)
    assert (other.role(), stranger.role()) == (None, "member")
    with psycopg.connect(place.agency.api.settings.owner_database_url) as owner:
        query = (
            "select count(*) from event e join session s on s.id = e.subject_id join app_user u on u.id = s.user_id"
            " where e.name = 'session.ended' and u.email = %s"
        )
        assert owner.execute(query, (email,)).fetchone() == (2,)
