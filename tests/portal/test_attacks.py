"""The portal with an attacker's eye: each idea is tried over HTTP, as a browser or as none."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote, urljoin, urlsplit

import pytest
from starlette.testclient import TestClient

from imisofts import serve
from imisofts.access import Role
from imisofts.settings import Settings
from portal import security
from portal.app import PAGES
from portal.web import Visit, safe_next
from tests.api.agency import PASSWORD, Agency, running
from tests.api.agency import found as found_agency
from tests.portal.conftest import ORIGIN, form_token, sign_in

FROM_US = {"Origin": ORIGIN}
OUT = [
    "//evil.example", "///evil.example", "////evil.example/", "\\\\evil.example", "/\\evil.example", "\\/evil.example",
    "/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example", "\t//evil.example", " //evil.example",
    "https://evil.example", "https:evil.example", "https:/evil.example", "javascript:alert(1)", "JavaScript:alert(1)",
    "data:text/html,x", "@evil.example", "user@evil.example", "http://127.0.0.1@evil.example", "evil.example",
    "/%2f%2fevil.example", "/%5cevil.example", "/%0d%0aSet-Cookie:stolen=1", "/\r\nSet-Cookie: stolen=1",
    "/./\\evil.example", "/.//evil.example", "/\u2028/evil.example", "/\x00/evil.example", "?next=//evil.example",
]  # fmt: skip
"""Addresses that would lead away, in the ways that browsers forgive."""


@pytest.fixture(scope="module")
def agency(module_settings: Settings) -> Iterator[Agency]:
    with running(module_settings) as api:
        yield found_agency(api)


@pytest.fixture(scope="module")
def shop(agency: Agency) -> Iterator[TestClient]:
    app = serve.create(agency.api.settings)
    with TestClient(app, base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=False) as browser:
        yield browser


@pytest.fixture
def browser(shop: TestClient) -> TestClient:
    """A browser that nobody used before."""
    shop.cookies.clear()
    return shop


@pytest.fixture
def signed_in(browser: TestClient, agency: Agency) -> TestClient:
    sign_in(browser, agency.email(Role.owner), PASSWORD)
    return browser


def stays(location: str) -> bool:
    """Whether a browser that is sent to ``location`` stays with us; it drops tabs and line breaks, and takes every
    stroke for the same."""
    seen = re.sub(r"[\t\r\n]", "", location).strip(" \x00").replace("\\", "/")
    there = urlsplit(urljoin(ORIGIN, seen))
    return f"{there.scheme}://{there.netloc}" == ORIGIN


@pytest.mark.parametrize("wanted", OUT)
def test_no_address_leads_away(signed_in: TestClient, wanted: str) -> None:
    came = signed_in.get(f"/sign-in?next={quote(wanted, safe='')}")
    assert came.status_code == 303
    assert stays(came.headers["location"]), came.headers["location"]
    sent = {"form_token": form_token(signed_in.get("/help").text), "theme": "dark", "back": wanted}
    themed = signed_in.post("/theme", data=sent, headers=FROM_US)
    assert stays(themed.headers["location"]), themed.headers["location"]
    assert "stolen" not in {*themed.cookies, *came.cookies}
    assert stays(safe_next(wanted))


def test_signing_in_leads_to_our_own_pages_alone(browser: TestClient, agency: Agency) -> None:
    token = form_token(browser.get("/sign-in").text)
    sent = {"email": agency.email(Role.member), "password": PASSWORD, "form_token": token, "next": "//evil.example"}
    assert browser.post("/sign-in", data=sent, headers=FROM_US).headers["location"] == "/"


def test_a_session_or_guest_chosen_by_somebody_else_is_not_taken_up(browser: TestClient, agency: Agency) -> None:
    """Both cookies were set by an attacker who knows them: after sign-in neither is worth anything."""
    chosen = {"imisofts_session": "s" * 43, security.GUEST_COOKIE: "g" * 32}
    browser.cookies.update(chosen)
    token = form_token(browser.get("/sign-in").text)
    sent = {"email": agency.email(Role.member), "password": PASSWORD, "form_token": token, "next": "/"}
    came = browser.post("/sign-in", data=sent, headers=FROM_US)
    given = came.cookies["imisofts_session"]
    assert given != chosen["imisofts_session"]
    assert any(one.startswith(f'{security.GUEST_COOKIE}=""') for one in came.headers.get_list("set-cookie"))
    browser.cookies.clear()
    browser.cookies.set("imisofts_session", given)
    after = browser.post("/theme", data={"form_token": token, "theme": "dark"}, headers=FROM_US)
    assert after.status_code == 403, "the token of before is of no use after"


def test_a_cookie_that_was_signed_out_opens_nothing(signed_in: TestClient) -> None:
    kept, page = dict(signed_in.cookies), signed_in.get("/help").text
    sent = {"form_token": form_token(page)}
    assert signed_in.post("/sign-out", data=sent, headers=FROM_US).headers["location"] == "/sign-in"
    assert "imisofts_session" not in signed_in.cookies
    signed_in.cookies.update(kept)
    assert signed_in.get("/clients").headers["location"].startswith("/sign-in")
    assert signed_in.get("/v1/session").status_code == 401


@pytest.mark.parametrize(
    "heads",
    [
        {}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": f"{ORIGIN}.evil.example"},
        {"Origin": f"{ORIGIN}@evil.example"}, {"Sec-Fetch-Site": "cross-site", **FROM_US},
        {"Sec-Fetch-Site": "same-site", **FROM_US}, {"Sec-Fetch-Site": "none", **FROM_US},
    ],
)  # fmt: skip
def test_another_site_acts_for_nobody(signed_in: TestClient, heads: dict[str, str]) -> None:
    sent = {"form_token": form_token(signed_in.get("/help").text)}
    assert signed_in.post("/sign-out", data=sent, headers=heads).status_code == 403
    assert signed_in.get("/v1/session").status_code == 200


UNENDING = {"/events"}
"""Pages that stream for as long as somebody listens."""
FRAMED = "/settings/brand/preview/"
"""Shown inside the brand's own page, and in no other."""


def test_every_page_of_a_person_signs_out_is_not_kept_and_not_framed(signed_in: TestClient) -> None:
    """Pictures of the brand are nobody's secret, and may be kept."""
    seen = 0
    for page in PAGES:
        path = page.path
        if "GET" not in page.verbs or "{" in path or path in UNENDING:
            continue
        answer = signed_in.get(path)
        heads, kind = answer.headers, answer.headers.get("content-type", "")
        by_us = path.startswith(FRAMED) and kind.startswith("text/html")
        may_frame, ancestors = ("SAMEORIGIN", "'self'") if by_us else ("DENY", "'none'")
        assert heads["x-frame-options"] == may_frame, path
        assert page.public or "no-store" in heads["cache-control"] or kind.startswith("image/"), path
        if answer.status_code == 200 and kind.startswith("text/html"):
            assert f"frame-ancestors {ancestors}" in heads["content-security-policy"], path
            if "<html" in answer.text and not page.public and ancestors == "'none'":
                seen += 1
                assert 'action="/sign-out"' in answer.text, path
    assert seen > 20


def test_password_fields_hide_and_may_be_filled_in(browser: TestClient) -> None:
    for path, wanted in (("/sign-in", {"current-password"}), ("/set-password?token=x", {"new-password"})):
        page = browser.get(path).text
        fields = re.findall(r'<input[^>]*name="(?:password|again)"[^>]*>', page)
        assert fields, path
        assert all('type="password"' in field for field in fields), path
        assert {found for field in fields for found in re.findall(r'autocomplete="([\w-]+)"', field)} == wanted, path
        assert "onpaste" not in page


def test_no_host_of_nobodys_gets_into_a_page(signed_in: TestClient) -> None:
    heads = {"X-Forwarded-Host": "evil.example", "X-Original-URL": "//evil.example", "Forwarded": "host=evil.example"}
    for path in ("/", "/help", "/sign-in", "/nowhere"):
        for more in ({}, {"Host": "evil.example"}, {"Host": "127.0.0.1.evil.example:80"}):
            answer = signed_in.get(path, headers={**heads, **more})
            assert answer.status_code in ({404, 421} if more else {200, 303, 404}), path
            assert "evil.example" not in answer.text, path
            assert "evil.example" not in answer.headers.get("location", ""), path


def test_a_notice_of_somebody_else_is_text(browser: TestClient) -> None:
    for text in ("<script>alert(1)</script>", "x\r\nSet-Cookie: stolen=1", "\x00"):
        browser.cookies.set("imisofts_notice", quote(json.dumps(["bad", text])))
        page = browser.get("/sign-in")
        assert "<script>alert" not in page.text
        assert "stolen" not in page.cookies
        assert page.status_code == 200


def test_an_endless_or_monstrous_form_is_refused(browser: TestClient) -> None:
    token = form_token(browser.get("/sign-in").text)
    form = {**FROM_US, "Content-Type": "application/x-www-form-urlencoded"}

    def endless() -> Iterator[bytes]:
        yield f"form_token={token}&password=".encode()
        for _ in range(40):
            yield b"x" * 100_000

    assert browser.post("/sign-in", content=endless(), headers=form).status_code == 413
    many = "&".join(f"f{n}=x" for n in range(10_000))
    assert browser.post("/sign-in", content=f"form_token={token}&{many}", headers=form).status_code in {400, 422}


def test_a_fault_leaves_with_all_heads(browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the insides")

    monkeypatch.setattr(Visit, "page", broken)
    answer = browser.get("/sign-in")
    assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "the insides" not in answer.text
