"""Which passwords are taken and refused, that they count as typed, and how long secrets are."""

import math
from datetime import timedelta

import psycopg
import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from api.identity import recovery, secrets, totp
from imisofts.access import Role
from imisofts.settings import Settings
from tests.api.agency import PASSWORD, Agency, as_operator, sign_in
from tests.api.identity.conftest import ShiftingClock

LONGEST = "Ünïcode 🗝 and  blanks count. " * 4 + "tail of it!!"


def link_of(agency: Agency, email: str) -> str:
    """The token that sets the first password of somebody new."""
    person = {"email": email, "name": "New", "role": "member"}
    link: str = agency.api.ask("POST", "/users", as_operator(agency), json=person).body["link"]
    return link.partition("token=")[2]


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("elevenchars", False),
        ("only letters", True),
        ("839204758391", True),
        ("🗝🚪🏠🪟🛏🛋🪑🚿🛁🧼🧽🧹", True),
        ("    a bcd   ", True),
        ("carrots and 17 umbrellas " + "x" * 103, True),
        ("carrots and 17 umbrellas " + "x" * 104, False),
    ],
)
def test_length_counts_and_composition_does_not(password: str, taken: bool) -> None:
    assert (secrets.weakness(password, "ada@example.com") is None) is taken


@pytest.mark.parametrize(
    "password",
    ["Password1234", "QWERTYUIOP12", "aaaaaaaaaaaa", "abababababab", "I love Imisofts", "Ada@Example.com!",
     "P@ssw0rd1234", "monkeymonkey", "zaq12wsxcde3", "michael123456", "november2025",
     "CorrectHorseBatteryStaple", "trustno1trustno1"],
)  # fmt: skip
def test_common_and_near_words_are_refused(password: str) -> None:
    assert secrets.weakness(password, "ada@example.com")


def test_no_password_of_the_lists_of_common_ones_is_taken_as_it_is_or_stretched() -> None:
    """Each that is long enough, and each of the three thousand commonest, made long enough as people do."""
    listed = FREQUENCY_LISTS["passwords"]
    long = [word for word in listed if len(word) >= secrets.PASSWORD_MIN]
    stretched = [(word * 12)[: max(12, 2 * len(word))] for word in listed[:3000:30]]
    assert (len(listed), len(long) > 200) == (30_000, True)
    assert [word for word in [*long, *stretched] if secrets.weakness(word, "ada@example.com") is None] == []


def test_no_password_holds_its_owners_address(agency: Agency) -> None:
    email = f"someone.quite.new@{agency.slug}.example"
    token = link_of(agency, email)
    for weak in (f"it is {email.upper()}", "Someone.Quite.New"):
        problem = agency.api.refusal("POST", "/session/link", json={"token": token, "password": weak})
        assert (problem.status, problem.code) == (422, "password_refused")
    agency.api.ask("POST", "/session/link", json={"token": token, "password": PASSWORD})


def test_a_password_counts_to_its_last_character(agency: Agency) -> None:
    api, email = agency.api, f"exact@{agency.slug}.example"
    assert 120 <= len(LONGEST) <= 128
    api.ask("POST", "/session/link", json={"token": link_of(agency, email), "password": LONGEST})
    for other in (LONGEST[:-1], LONGEST.swapcase(), LONGEST + " ", " " + LONGEST, LONGEST.replace("  ", " ")):
        assert api.refusal("POST", "/session", json={"email": email, "password": other}).status == 401
    assert api.ask("POST", "/session", json={"email": email, "password": LONGEST}).status == 200


def test_a_password_does_not_grow_old(agency: Agency, clock: ShiftingClock) -> None:
    clock.shift = timedelta(days=3650)
    assert sign_in(agency.api, agency.email(Role.admin)).cookie


def test_secrets_are_long_enough() -> None:
    """256 bits for sessions, links and tokens, 160 for an authenticator's seed, 112 and more for a recovery code."""
    many = {secrets.new_secret() for _ in range(100)}
    assert (len(many), {len(one) for one in many}) == (100, {43})
    assert len(secrets.new_api_token()) >= 43
    assert len(totp.new_secret()) == 20
    codes = recovery.new_codes()
    letters = {letter for code in [*codes, *recovery.new_codes() * 20] for letter in code if letter != "-"}
    assert len(set(codes)) == len(codes) == 10
    assert all(len(code.replace("-", "")) * math.log2(len(letters)) >= 112 for code in codes)


def test_a_new_installation_has_no_account(fresh_settings: Settings) -> None:
    with psycopg.connect(fresh_settings.owner_database_url) as owner:
        for table in ("app_user", "workspace", "api_token"):
            owner.execute(f"alter table {table} no force row level security".encode())
            assert owner.execute(f"select count(*) from {table}".encode()).fetchone() == (0,), table
