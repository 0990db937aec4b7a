"""The sample agency of a first run: Northlight Studio, three years of it, the same for everybody.

Forty clients in three currencies and twelve people, with stories in them: a client who leaves and one who comes back,
one who grows and one who shrinks, a pause, a late payer, a project that overruns, somebody on leave, a promise broken.
The business is drawn from a seed and ends on the day of the first run, so that every page has something current to
show. The passwords are random per installation and lie in ``sample.json``, readable by its owner only.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from imisofts.access import Role
from imisofts.errors import OperatorError
from imisofts.operator import Api, link_token
from imisofts.sample import people
from imisofts.sample.care import Desk
from imisofts.sample.clients import PAUSED
from imisofts.sample.money import Ledger, catalogue
from imisofts.sample.rows import Calendar, Rows
from imisofts.sample.work import Studio
from imisofts.settings import Settings

SLUG, NAME, CURRENCY, ZONE = "northlight", "Northlight Studio", "EUR", "Europe/Berlin"
SEED = 20_260_101
REPORT_CLIENT = "C-1001"


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sample user; the password is this installation's own."""

    role: str
    email: str
    password: str


def sign_ins(settings: Settings) -> list[SignIn]:
    """The sample users, once the sample agency was made."""
    file = _file(settings)
    if not file.exists():
        return []
    return [SignIn(**entry) for entry in json.loads(file.read_text(encoding="utf-8"))["sign_ins"]]


def create(settings: Settings, today: date, say: Callable[[str], None] = lambda _text: None) -> None:
    """Make the agency, its business and its users; leaves an installation alone that has them.

    The note with the passwords is written last, so that a run which was interrupted is taken up again.
    """
    from api.identity import operator

    if _file(settings).exists():
        return
    say(f"making the sample agency {NAME}")
    with contextlib.suppress(operator.SlugTaken):
        operator.create_workspace(settings, SLUG, name=NAME, currency=CURRENCY, timezone=ZONE, plan="professional")
    with Api(settings, SLUG) as api:
        for rows in business(today):
            done = api.upload(rows.kind, f"{rows.kind}.csv", rows.as_csv(), {})
            if done.get("status") != "done":
                raise OperatorError(
                    f"The sample's {rows.kind} were refused: {(done.get('result') or {}).get('detail')}"
                )
            say(f"{rows.kind}: {done.get('done_rows', len(rows.rows))} rows")
        _rates(api, today)
        _pause(api, today)
        api.call("PATCH", "/v1/workspace/brand", json=_BRAND, fresh=True)
        people = [_user(settings, api, *person) for person in _USERS]
    _keep(settings, people)


_BRAND: dict[str, Any] = {
    "name": NAME,
    "accent": "#1f5f8b",
    "sender_name": NAME,
    "footer": "Northlight Studio · Lichtstraße 12 · 10115 Berlin",
    "legal": "Northlight Studio GmbH · Amtsgericht Charlottenburg HRB 000000\nVAT id DE000000000",
}
_USERS = (
    (Role.owner, "owner@northlight.example", "Nora Lindqvist"),
    (Role.member, "member@northlight.example", "Milan Brandt"),
    (Role.client, "client@alpenblick.example", "Clara Steiner"),
)


def _user(settings: Settings, api: Api, role: Role, email: str, name: str) -> SignIn:
    """A user with a random password, set through the one-time link like anybody's."""
    from api.identity import operator

    password = secrets.token_urlsafe(12)
    client = api.client_id(REPORT_CLIENT) if role is Role.client else None
    link = operator.create_user(settings, email, workspace=SLUG, role=role, name=name, client_id=client)
    api.call("POST", "/v1/session/link", json={"token": link_token(link), "password": password}, signed=False)
    return SignIn(role.value, email, password)


def _file(settings: Settings) -> Path:
    return settings.home / "sample.json"


def _keep(settings: Settings, people: list[SignIn]) -> None:
    fresh = settings.home / "sample.json.new"
    content = {"workspace": SLUG, "sign_ins": [asdict(person) for person in people]}
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(content, out, indent=2)
    fresh.replace(_file(settings))


def business(today: date) -> list[Rows]:
    """Everything that happened in the months that end with ``today``, in the order in which it is imported; pure."""
    calendar, random = Calendar(today), Random(SEED)  # noqa: S311 - a sample, not a secret
    ledger = Ledger(calendar, random)
    ledger.bill_everybody()
    team, absences = people.staff(calendar, random)
    studio = Studio(calendar, random, absences)
    studio.plan()
    studio.work()
    desk = Desk(calendar, random, ZONE)
    desk.open_for_everybody()
    return [
        *catalogue(calendar),
        *(ledger.invoices, ledger.payments, ledger.credit_notes),
        *team,
        *(studio.projects, studio.milestones, studio.tasks, studio.entries),
        desk.tickets,
    ]


def _rates(api: Api, today: date) -> None:
    """What an hour of everybody is billed at, from the first day of the sample on."""
    first = Calendar(today).month(0).isoformat()
    keys = {row["external_id"]: row["id"] for row in api.call("GET", "/v1/people", params={"limit": "200"})["items"]}
    for one in people.COLLEAGUES:
        if one.bill:
            rate = {"kind": "bill", "hourly_rate": str(one.bill), "started_on": first, "correction": True}
            api.call("POST", f"/v1/people/{keys[one.key]}/rates", json=rate)


def _pause(api: Api, today: date) -> None:
    """One client pauses its retainer from today on."""
    found = api.call("GET", "/v1/subscriptions", params={"client_id": str(api.client_id(PAUSED)), "limit": "1"})
    subscription = found["items"][0]
    if subscription["status"] == "active":
        api.call("POST", f"/v1/subscriptions/{subscription['id']}/pause", json={"from": today.isoformat()})
