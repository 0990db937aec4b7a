"""Keys and passkeys: a question is answered once, at its own address, by its own person's key."""

import copy
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from api.client import Credentials
from tests.api.agency import PASSWORD, Agency, Api, sign_in
from tests.api.identity import authenticator
from tests.api.identity.conftest import ShiftingClock
from tests.api.identity.security_key import SecurityKey
from tests.api.identity.standing import challenge_of, join


@pytest.fixture
def person(agency: Agency) -> str:
    return join(agency, f"{uuid4().hex[:8]}@{agency.slug}.example")


def with_key(api: Api, email: str, key: SecurityKey) -> Credentials:
    """A session of somebody who adds the key."""
    who = sign_in(api, email)
    made = key.make(api.ask("GET", "/account/key-setup", who).body)
    answer = api.ask("POST", "/account/key", who, json={**made, "name": "Laptop"}).body
    assert (answer["kind"], answer["passkey"], answer["rp_id"]) == ("key", key.verifies, "imisofts.localhost")
    return who


def question(api: Api) -> dict[str, Any]:
    asked: dict[str, Any] = api.ask("POST", "/session/passkey/question").body
    return asked


def refused(api: Api, path: str, sent: dict[str, Any]) -> str:
    return api.refusal("POST", path, json=sent).code


def test_a_passkey_signs_in_by_itself_and_its_answer_counts_once(api: Api, person: str) -> None:
    key = SecurityKey()
    with_key(api, person, key)
    sent = key.sign(question(api))
    came = api.ask("POST", "/session/passkey", json=sent)
    assert came.body["user"]["email"] == person
    assert refused(api, "/session/passkey", sent) == "challenge_spent"
    cloned = key.sign(question(api))
    key.count -= 2
    assert api.ask("POST", "/session/passkey", json=cloned).status == 200
    assert refused(api, "/session/passkey", key.sign(question(api))) == "proof_refused", "its count went back"


def test_a_key_that_verifies_nobody_is_no_passkey_but_a_second_factor(api: Api, person: str) -> None:
    key = SecurityKey(verifies=False)
    with_key(api, person, key)
    assert refused(api, "/session/passkey", key.sign(question(api))) == "proof_refused"
    challenge = challenge_of(api, person)
    asked = api.ask("POST", "/session/factor/key", json={"challenge": challenge}).body
    sent = {"challenge": challenge, "key": key.sign(asked)}
    assert api.ask("POST", "/session/factor", json=sent).status == 200
    assert refused(api, "/session/factor", sent) == "challenge_spent"


def test_an_answer_of_another_address_person_or_key_is_refused(
    agency: Agency, api: Api, person: str, clock: ShiftingClock
) -> None:
    key, theirs = SecurityKey(), SecurityKey()
    who = with_key(api, person, key)
    with_key(api, join(agency, f"{uuid4().hex[:8]}@{agency.slug}.example"), theirs)
    elsewhere = copy.copy(key)
    elsewhere.origin = "http://evil.example"
    assert refused(api, "/session/passkey", elsewhere.sign(question(api))) == "proof_refused"
    challenge = challenge_of(api, person)
    asked = api.ask("POST", "/session/factor/key", json={"challenge": challenge}).body
    assert refused(api, "/session/factor", {"challenge": challenge, "key": theirs.sign(asked)}) == "proof_refused"
    nobodys = {"challenge": challenge, "key": key.sign(question(api))}
    assert refused(api, "/session/factor", nobodys) == "challenge_spent", "that question was a passkey's"
    again = key.make(api.ask("GET", "/account/key-setup", who).body)
    taken = api.refusal("POST", "/account/key", who, json={**again, "name": "Twice"})
    assert taken.code == "proof_refused"
    for broken in ({}, {"id": 1}, {"id": "x", "response": 7}, {"id": "AAAA", "rawId": "AAAA", "type": "x"}):
        sent = {"state": question(api)["state"], "credential": broken}
        assert refused(api, "/session/passkey", sent) in {"proof_refused", "malformed"}
    late = key.sign(question(api))
    clock.shift = timedelta(minutes=11)
    assert refused(api, "/session/passkey", late) == "challenge_spent"


def test_an_address_that_is_a_number_has_no_keys(api: Api) -> None:
    problem = api.refusal("POST", "/session/passkey/question", host="127.0.0.1:8400")
    assert (problem.status, problem.code) == (409, "keys_unavailable")


def test_a_key_proves_once_more_who_is_asking(api: Api, person: str, clock: ShiftingClock) -> None:
    key = SecurityKey()
    who = with_key(api, person, key)
    clock.shift = timedelta(minutes=11)
    assert api.refusal("POST", "/account/recovery-codes", who).code == "step_up"
    assert api.refusal("POST", "/session/step-up", who, json={"password": PASSWORD}).code == "proof_refused"
    sent = {"key": key.sign(api.ask("GET", "/account/key-question", who).body)}
    proved = Credentials(cookie=api.ask("POST", "/session/step-up", who, json=sent).cookies["imisofts_session"])
    assert api.ask("POST", "/account/recovery-codes", proved).status == 200


def test_who_must_have_a_factor_may_set_up_a_key_before_the_first_session(agency: Agency, person: str) -> None:
    api, key, other = agency.api, SecurityKey(), join(agency, f"{uuid4().hex[:8]}@{agency.slug}.example")
    authenticator.require(agency, ["member"])
    try:
        answers = [
            api.ask("POST", "/session", json={"email": who, "password": PASSWORD}).body for who in (person, other)
        ]
    finally:
        authenticator.require(agency, [])
    assert [(answer["enrol"], answer["methods"]) for answer in answers] == [(True, ["totp", "key"])] * 2
    mine, theirs = ({"challenge": answer["challenge"]} for answer in answers)
    path = "/session/enrolment/key"
    made = key.make(api.ask("POST", f"{path}-question", json=mine).body)
    assert refused(api, path, {**theirs, **made}) == "challenge_spent", "the question was somebody else's"
    elsewhere = SecurityKey(origin="http://evil.example")
    phished = elsewhere.make(api.ask("POST", f"{path}-question", json=mine).body)
    assert refused(api, path, {**mine, **phished}) == "proof_refused"
    came = api.ask("POST", path, json={**mine, **made, "name": "Laptop"})
    who = Credentials(cookie=came.cookies["imisofts_session"])
    assert [one["name"] for one in api.ask("GET", "/account/security", who).body["factors"]] == ["Laptop"]
    assert refused(api, path, {**mine, **made}) == "challenge_spent"
    assert api.ask("POST", "/session/passkey", json=key.sign(question(api))).body["user"]["email"] == person
