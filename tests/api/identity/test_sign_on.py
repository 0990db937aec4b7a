"""Single sign-on: an honest provider lets its own people in; a dishonest one, or one of another workspace, nobody."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import psycopg
import pytest

from api.client import Credentials
from imisofts.access import Role
from imisofts.settings import Settings
from tests.api.agency import Agency, Api, found, running
from tests.api.identity.conftest import ShiftingClock
from tests.api.identity.issuer import Issuer
from tests.api.identity.names import Names, answering


@pytest.fixture(scope="module")
def names() -> Iterator[Names]:
    with answering() as names:
        yield names


@pytest.fixture(scope="module")
def api(settings: Settings, names: Names) -> Iterator[Api]:
    with running(settings.moved(nameserver=names.address), ShiftingClock()) as api:
        yield api


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    yield issuer
    issuer.close()


@pytest.fixture(scope="module")
def agency(api: Api, issuer: Issuer, names: Names) -> Agency:
    """An agency whose provider was checked and whose domain is proven."""
    agency = found(api)
    owner, domain = agency.as_role[Role.owner], f"{agency.slug}.example"
    asked = {"issuer": issuer.url, "client_id": "imisofts", "client_secret": "quiet", "domains": [domain]}
    named = api.ask("PUT", "/workspace/sign-on", owner, json=asked).body
    names.texts[f"_imisofts.{domain}"] = [named["record_value"]]
    checked = api.ask("POST", "/workspace/sign-on/check", owner).body
    assert (checked["problem"], checked["proven_domains"]) == (None, [domain])
    assert "quiet" not in str(checked)
    return agency


def going(agency: Agency, **more: Any) -> dict[str, Any]:
    """Somebody sets out."""
    asked = {"email": f"anybody@{agency.slug}.example", **more}
    answer: dict[str, Any] = agency.api.ask("POST", "/session/sign-on", json=asked).body
    return answer


def person(agency: Agency) -> dict[str, Any]:
    """Somebody whom the provider knows."""
    who = uuid4().hex[:8]
    return {"sub": who, "email": f"{who}@{agency.slug}.example", "email_verified": True, "name": "Known There"}


def test_a_person_of_a_proven_domain_becomes_a_member_and_is_known_by_subject(agency: Agency, issuer: Issuer) -> None:
    api, who = agency.api, person(agency)
    away = going(agency)
    sent = parse_qs(urlsplit(away["url"]).query)
    assert (sent["code_challenge_method"], sent["response_type"]) == (["S256"], ["code"])
    came = api.ask("POST", "/session/sign-on/callback", json=issuer.answer(away, **who))
    assert (came.body["role"], came.body["user"]["name"]) == ("member", "Known There")
    verifier = hashlib.sha256(issuer.asked["code_verifier"].encode()).digest()
    assert urlsafe_b64encode(verifier).decode().rstrip("=") == sent["code_challenge"][0]
    assert issuer.asked["authorization"].startswith("Basic ")
    moved = {**who, "email": f"renamed@{agency.slug}.example", "email_verified": False}
    again = api.ask("POST", "/session/sign-on/callback", json=issuer.answer(going(agency), sign="ES256", **moved))
    assert again.body["user"]["email"] == who["email"], "issuer and subject say who it is, never the address"


NOW = int(datetime.now(UTC).timestamp())


@pytest.mark.parametrize(
    ("sign", "claims"),
    [
        ("RS256", {"nonce": "another"}),
        ("RS256", {"nonce": None}),
        ("RS256", {"iss": "https://evil.example"}),
        ("RS256", {"aud": "somebody else"}),
        ("RS256", {"aud": ["imisofts", "somebody else"]}),
        ("RS256", {"exp": NOW - 3600}),
        ("RS256", {"exp": None}),
        ("RS256", {"iat": NOW - 3600}),
        ("RS256", {"iat": NOW + 3600}),
        ("RS256", {"sub": None}),
        ("RS256", {"sub": ""}),
        ("none", {}),
        ("HS256", {}),
        ("stranger", {}),
    ],
)
def test_a_token_that_was_not_made_for_this_sign_in_lets_nobody_in(
    agency: Agency, issuer: Issuer, sign: str, claims: dict[str, Any]
) -> None:
    back = issuer.answer(going(agency), sign=sign, **{**person(agency), **claims})
    refused = agency.api.refusal("POST", "/session/sign-on/callback", json=back)
    assert (refused.status, refused.code) == (422, "sign_on_refused")


@pytest.mark.parametrize(
    "claims", [{"email_verified": False}, {"email_verified": None}, {"email": "ada@elsewhere.example"}, {"email": None}]
)
def test_only_a_verified_address_of_a_proven_domain_makes_a_member(
    agency: Agency, issuer: Issuer, claims: dict[str, Any]
) -> None:
    back = issuer.answer(going(agency), **{**person(agency), **claims})
    assert agency.api.refusal("POST", "/session/sign-on/callback", json=back).code == "sign_on_refused"


def test_where_the_token_names_no_address_the_provider_is_asked_for_the_same_person(
    agency: Agency, issuer: Issuer
) -> None:
    who = person(agency)
    short = {"sub": who["sub"], "email": None, "email_verified": None, "name": None}
    for says in (None, {**who, "sub": "somebody else"}, {**who, "email_verified": False}):
        issuer.says = says
        back = issuer.answer(going(agency), **short)
        assert agency.api.refusal("POST", "/session/sign-on/callback", json=back).code == "sign_on_refused"
    issuer.says = who
    came = agency.api.ask("POST", "/session/sign-on/callback", json=issuer.answer(going(agency), **short))
    assert (came.body["user"]["email"], came.body["user"]["name"]) == (who["email"], "Known There")


SIGNED_OUT = "/session/sign-on/signed-out"


def test_only_the_provider_signs_its_people_out_and_only_of_what_began_by_it(agency: Agency, issuer: Issuer) -> None:
    api, who = agency.api, person(agency)
    came = api.ask("POST", "/session/sign-on/callback", json=issuer.answer(going(agency), **who))
    session, here = Credentials(cookie=came.cookies["imisofts_session"]), {"workspace": agency.slug}
    assert api.ask("GET", "/session/sign-on", session).body == {"url": None}, "this provider has no page for it"
    lies: list[dict[str, Any]] = [
        {"sign": "stranger"}, {"sign": "none"}, {"sign": "HS256"}, {"nonce": "x"}, {"events": {}}, {"events": None},
        {"aud": "somebody else"}, {"iss": "https://evil.example"}, {"iat": NOW - 3600}, {"jti": None}, {"sub": None},
    ]  # fmt: skip
    for lie in lies:
        refused = api.refusal("POST", SIGNED_OUT, params=here, data=issuer.order(who["sub"], **lie))
        assert (refused.status, refused.code) == (400, "sign_off_refused"), lie
    order = issuer.order(who["sub"])
    for nowhere in ({"workspace": "nobody"}, {"workspace": found(api).slug}, {}):
        assert api.refusal("POST", SIGNED_OUT, params=nowhere, data=order).status == 400
    assert api.ask("GET", "/session", session).body["role"] == "member"
    api.ask("POST", SIGNED_OUT, params=here, data=order)
    assert api.refusal("GET", "/session", session).status == 401
    assert api.refusal("POST", SIGNED_OUT, params=here, data=order).status == 400, "an order counts once"
    api.ask("POST", SIGNED_OUT, params=here, data=issuer.order("whom nobody knows"))
    assert api.ask("GET", "/session", agency.as_role[Role.owner]).body["role"] == "owner"


def test_what_comes_back_is_bound_to_the_browser_and_good_once(
    agency: Agency, issuer: Issuer, clock: ShiftingClock
) -> None:
    api, who = agency.api, person(agency)
    mine, theirs = issuer.answer(going(agency), **who), issuer.answer(going(agency), **who)
    crossed = {**mine, "ticket": theirs["ticket"]}
    assert api.refusal("POST", "/session/sign-on/callback", json=crossed).code == "sign_on_refused"
    assert api.refusal("POST", "/session/sign-on/callback", json={**mine, "ticket": "forged"}).code == "sign_on_refused"
    api.ask("POST", "/session/sign-on/callback", json=mine)
    again = {**mine, "code": issuer.answer(going(agency), **who)["code"]}
    assert api.refusal("POST", "/session/sign-on/callback", json=again).code == "sign_on_refused"
    late = issuer.answer(going(agency), **who)
    clock.shift = timedelta(minutes=11)
    assert api.refusal("POST", "/session/sign-on/callback", json=late).code == "sign_on_refused"


def test_a_provider_opens_no_account_that_belongs_elsewhere(agency: Agency, api: Api, issuer: Issuer) -> None:
    """The owner of this agency's provider asserts the address of somebody who is also at another agency."""
    other, who = found(api), person(agency)
    api.ask("POST", "/session/sign-on/callback", json=issuer.answer(going(agency), **who))
    victim = {**person(agency), "email": f"both@{agency.slug}.example"}
    for place in (agency, other):
        asked = {"email": victim["email"], "name": "Both", "role": "admin"}
        api.ask("POST", "/users", place.as_role[Role.owner], json=asked)
    with psycopg.connect(api.settings.owner_database_url) as owner:
        owner.execute(
            "update membership set joined_at = now() where user_id = (select id from app_user where email = %s)",
            (victim["email"],),
        )
    taken = api.refusal("POST", "/session/sign-on/callback", json=issuer.answer(going(agency), **victim))
    assert "belongs to another workspace" in taken.detail
    asked = {"email": who["email"], "name": "Joins", "role": "admin"}
    made = api.ask("POST", "/users", other.as_role[Role.owner], json=asked).body
    with psycopg.connect(api.settings.owner_database_url) as owner:
        owner.execute("update membership set joined_at = now() where id = %s", (made["id"],))
    came = api.ask("POST", "/session/sign-on/callback", json=issuer.answer(going(agency), **who))
    session = Credentials(cookie=came.cookies["imisofts_session"])
    leaves = api.refusal("POST", "/session/switch", session, json={"workspace": other.slug})
    assert (leaves.status, "single sign-on" in leaves.detail) == (404, True)
    assert api.refusal("POST", "/account/email", session, json={"email": "a@b.example"}).code == "step_up"


def test_only_owners_choose_the_provider_and_one_that_lies_about_its_name_is_none(
    agency: Agency, api: Api, issuer: Issuer
) -> None:
    other = found(api)
    asked = {"issuer": issuer.url, "client_id": "x", "client_secret": "y", "domains": [f"{agency.slug}.example"]}
    assert api.refusal("PUT", "/workspace/sign-on", other.as_role[Role.admin], json=asked).status == 403
    owner = other.as_role[Role.owner]
    api.ask("PUT", "/workspace/sign-on", owner, json=asked)
    checked = api.ask("POST", "/workspace/sign-on/check", owner).body
    assert checked["proven_domains"] == [], "another agency's domain is not proven by its record"
    issuer.name = "https://bank.example"
    assert "calls itself something else" in api.ask("POST", "/workspace/sign-on/check", owner).body["problem"]
    issuer.name = issuer.url
    unknown = api.refusal("POST", "/session/sign-on", json={"email": "a@unproven.example"})
    assert unknown.code == "sign_on_refused"


def test_a_provider_inside_our_own_network_is_not_asked(settings: Settings, api: Api, issuer: Issuer) -> None:
    with running(settings.moved(public_url="https://agencies.example")) as public:
        agency = found(api)
        owner = agency.as_role[Role.owner]
        named = Credentials(cookie=owner.cookie, cookie_name="__Host-imisofts_session")
        for url in (issuer.url, "https://127.0.0.1", "https://localhost", "https://169.254.169.254"):
            asked = {"issuer": url, "client_id": "x", "client_secret": "y", "domains": []}
            public.ask("PUT", "/workspace/sign-on", named, json=asked)
            problem = public.ask("POST", "/workspace/sign-on/check", named).body["problem"]
            assert problem in {
                "The provider has to be at an https:// address.", "The provider has to be at a public address.",
            }  # fmt: skip
