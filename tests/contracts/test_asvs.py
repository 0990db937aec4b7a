"""The page beside OWASP ASVS is whole, and what it names is there. That it ran is seen to at the end of a whole run."""

import ast
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi.routing import APIRoute

from api.app import PREFIX, ROUTERS
from api.identity import authentication, entrance, founding, freshness, links, proofs, requests, secrets, service
from api.kit import security
from api.kit.rate_limit import Limit
from tests import asvs
from warehouse.metrics import metrics
from warehouse.metrics.catalogue import dimensions

SECTIONS = {
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223",
    "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222", "10.6": "22",
    "10.7": "222",
}  # fmt: skip
"""Chapter and section of ASVS 5.0.0 → the level of each of its requirements, in their order."""
MIB = 1024 * 1024
SIGN_IN, FIELDS = (asvs.ROOT / "docs/security" / name for name in ("sign-in.md", "fields.md"))


def required() -> dict[str, int]:
    """Number → level of every requirement of the levels that are promised."""
    every = {f"{section}.{n}": int(level) for section, all_ in SECTIONS.items() for n, level in enumerate(all_, 1)}
    return {number: level for number, level in every.items() if level < 3}


def test_every_requirement_has_one_line() -> None:
    assert [(line.number, line.level) for line in asvs.lines()] == list(required().items())


@pytest.mark.parametrize("line", asvs.lines(), ids=lambda line: line.number)
def test_a_line_says_what_shows_it_or_why_nothing_does(line: asvs.Line) -> None:
    assert len(line.asked) > 10
    for file, name in line.tests:
        runs = asvs.tests_of(file).get(name)
        assert runs is not None, f"{file} has no {name}"
        assert runs, f"{name} may be left out"
    reasons = [line.shown.partition(word)[2].strip() for word in ("Does not apply:", "Open:") if word in line.shown]
    assert line.tests or reasons
    assert all(reasons)
    assert line.shown.count("::") == len(line.tests), "a test is named as `tests/….py::test_…`"


def test_the_page_on_sign_in_tells_what_the_code_does() -> None:
    page = SIGN_IN.read_text(encoding="utf-8")
    told = {
        "sign-in, per e-mail address": _limit(service.EACH_EMAIL),
        "sign-in and links, per network address": _limit(service.EACH_ADDRESS),
        "codes and other second proofs, per person": _limit(proofs.EACH_PERSON),
        "mails of one kind, per e-mail address": _limit(links.EACH_REQUEST),
        "everything, per session": _limit(authentication.EACH_CALLER),
        "sign-ups, per network address": _limit(founding.EACH_SIGN_UP),
        "in any case": _time(entrance.ABSOLUTE),
        'with "remember me", in any case': _time(entrance.REMEMBERED),
        "a proof that counts as fresh, for sensitive acts": _time(freshness.FRESH),
        "the second step of a sign-in": _time(entrance.CHALLENGE_LIFE),
        "invitation": _time(links.LIFE["invitation"]),
        "forgotten password": _time(links.LIFE["reset"]),
        "sign-in": _time(links.LIFE["sign_in"]),
        "sign-up": _time(requests.LIFE["sign_up"]),
        "confirming another e-mail address, by the new and by the old one": _time(requests.LIFE["email_new"]),
        "taking the old e-mail address back": _time(requests.LIFE["email_undo"]),
        "body of a request to the API": f"{security.LARGEST_BODY // MIB} MiB",
        "form with a file to the API": f"{security.LARGEST_FORM // MIB} MiB",
    }
    missing = [row for row in (f"| {what} | {figure} |" for what, figure in told.items()) if row not in page]
    assert missing == []
    assert f"{secrets.PASSWORD_MIN} to {secrets.PASSWORD_MAX} characters" in page
    for word in ("any number of sessions", "*imisofts*", "e-mail address"):
        assert word in page


def _time(much: timedelta) -> str:
    for unit, size in (("days", timedelta(days=1)), ("hours", timedelta(hours=1)), ("minutes", timedelta(minutes=1))):
        if much % size == timedelta() and much > size:
            return f"{much // size} {unit}"
    return f"{int(much.total_seconds())} seconds"


def _limit(limit: Limit) -> str:
    seconds = limit.interval.total_seconds()
    steady = f"one every {seconds:.0f} seconds" if seconds >= 1 else f"{1 / seconds:.0f} a second"
    return f"{limit.burst:,} at once, then {steady}"


def test_every_way_in_is_on_the_page() -> None:
    """A way in hands out a session's cookie; only one module does that, and its callers are the routes listed."""
    setting = [file for file in (asvs.ROOT / "api").rglob("*.py") if ".set_cookie(" in file.read_text(encoding="utf-8")]
    assert [file.name for file in setting] == ["entering.py"]
    ways = {_address(route) for router in ROUTERS for route in router.routes if _lets_in(route)}
    page = SIGN_IN.read_text(encoding="utf-8")
    listed = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `") and f" {PREFIX}/" in line}
    assert listed == ways


def _lets_in(route: Any) -> bool:
    return bool({"entered", "signed_in"} & set(route.endpoint.__code__.co_names))


def _address(route: Any) -> str:
    assert isinstance(route, APIRoute)
    (method,) = route.methods or {"?"}
    return f"{method} {PREFIX}{route.path_format}"


def test_no_secret_comes_from_a_guessable_generator() -> None:
    """``random`` can be foretold from what it gave before."""
    files = [file for room in ("api", "portal", "console") for file in (asvs.ROOT / room).rglob("*.py")]
    ours = [file for file in files if "node_modules" not in file.parts]
    assert [file.name for file in ours if "random" in _imports(file.read_text(encoding="utf-8"))] == []


def _imports(text: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(text)))
    plain = {name.name.partition(".")[0] for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return plain | {str(node.module).partition(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("left_out", [False, True])
def test_a_whole_run_fails_when_a_named_test_did_not_pass(left_out: bool) -> None:
    witness, session = asvs.Witness(), SimpleNamespace(exitstatus=pytest.ExitCode.OK)
    names = sorted(f"{file}::{name}" for file, name in asvs.named())
    for name in names[1:] if left_out else names:
        witness.pytest_runtest_logreport(cast(Any, SimpleNamespace(when="call", passed=True, nodeid=f"{name}[case]")))
    skipped = SimpleNamespace(when="setup", passed=False, nodeid=names[0])
    witness.pytest_runtest_logreport(cast(Any, skipped))
    witness.pytest_sessionfinish(cast(Any, session))
    assert session.exitstatus == (pytest.ExitCode.TESTS_FAILED if left_out else pytest.ExitCode.OK)
    assert witness.missing == (names[:1] if left_out else [])


def test_the_page_of_fields_names_tests_and_every_figure() -> None:
    page = FIELDS.read_text(encoding="utf-8")
    tests = asvs.tests_named_in(page)
    assert len(tests) > 10
    assert [test for test in tests if not asvs.tests_of(test[0]).get(test[1])] == []
    for rights in (
        {one.name: one.action for one in metrics()},
        {name: one.action for name, one in dimensions().items()},
    ):
        for action in sorted(set(rights.values())):
            row = f"| `{action}` | {', '.join(sorted(name for name, needs in rights.items() if needs is action))} |"
            assert row in page, row
