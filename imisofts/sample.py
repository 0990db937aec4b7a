"""The sample agency of a first run: Northlight Studio, a year and a half of it, the same for everybody.

The business is drawn from a seed and ends on the day of the first run, so that every page has something current to
show. The passwords are random per installation and lie in ``sample.json``, readable by its owner only.
"""

import contextlib
import csv
import io
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from imisofts.access import Role
from imisofts.errors import OperatorError
from imisofts.operator import Api, link_token
from imisofts.settings import Settings

SLUG, NAME, CURRENCY, ZONE = "northlight", "Northlight Studio", "EUR", "Europe/Berlin"
MONTHS = 18
SEED = 20_260_101
REPORT_CLIENT = "C-1001"
_TAX = Decimal("0.19")
_CENT = Decimal("0.01")

# external id, name, e-mail, monthly retainer, first month, last month, how many days after the due date they pay
_CLIENTS: tuple[tuple[str, str, str, int, int, int, int], ...] = (
    ("C-1001", "Alpenblick Hotels", "accounts@alpenblick.example", 4200, 0, MONTHS, 16),
    ("C-1002", "Brückner & Söhne", "buchhaltung@brueckner.example", 2600, 0, MONTHS, 4),
    ("C-1003", "Cedar Lane Coffee", "hello@cedarlane.example", 1450, 0, MONTHS, -4),
    ("C-1004", "Dahlia Fashion", "finance@dahlia.example", 3100, 0, 11, 18),
    ("C-1005", "Elbtal Energie", "rechnung@elbtal.example", 5600, 1, MONTHS, -12),
    ("C-1006", "Fjord Outdoor", "ap@fjordoutdoor.example", 2250, 3, MONTHS, 0),
    ("C-1007", "Grünwald Dental", "praxis@gruenwald.example", 980, 4, MONTHS, -6),
    ("C-1008", "Harbour Legal", "office@harbourlegal.example", 1900, 6, MONTHS, 33),
    ("C-1009", "Ilmenau Robotics", "invoices@ilmenau.example", 3800, 8, MONTHS, -2),
    ("C-1010", "Juniper Health", "billing@juniper.example", 2750, 10, MONTHS, 7),
    ("C-1011", "Kestrel Bikes", "money@kestrel.example", 1650, 13, MONTHS, -8),
    ("C-1012", "Lumen Theater", "kasse@lumen.example", 1200, 15, MONTHS, 12),
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sample user; the password is this installation's own."""

    role: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one import kind."""

    kind: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]

    def as_csv(self) -> bytes:
        """The file as it is uploaded."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return out.getvalue().encode()


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
        operator.create_workspace(settings, SLUG, name=NAME, currency=CURRENCY, timezone=ZONE)
    with Api(settings, SLUG) as api:
        for rows in business(today):
            done = api.upload(rows.kind, f"{rows.kind}.csv", rows.as_csv(), {})
            if done.get("status") != "done":
                raise OperatorError(
                    f"The sample's {rows.kind} were refused: {(done.get('result') or {}).get('detail')}"
                )
            say(f"{rows.kind}: {done.get('done_rows', len(rows.rows))} rows")
        api.call("PATCH", "/v1/workspace", json={"brand": _BRAND}, fresh=True)
        people = [_user(settings, api, *person) for person in _USERS]
    _keep(settings, people)


_BRAND: dict[str, Any] = {
    "name": NAME,
    "accent": "#1f5f8b",
    "sender_name": NAME,
    "footer": "Northlight Studio · Lichtstraße 12 · 10115 Berlin",
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
    """Clients, invoices, payments and credit notes of the months that end with ``today``; pure."""
    random = Random(SEED)  # noqa: S311 - a sample, not a secret
    invoices: list[tuple[object, ...]] = []
    payments: list[tuple[object, ...]] = []
    credits_: list[tuple[object, ...]] = []
    first = _month(today, -(MONTHS - 1))
    clients: list[tuple[object, ...]] = [(c[0], c[1], c[2], CURRENCY, _add_months(first, c[4])) for c in _CLIENTS]
    for month in range(MONTHS):
        for client in _CLIENTS:
            if client[4] <= month < client[5]:
                _bill(random, client, _add_months(first, month), today, (invoices, payments, credits_))
    return [
        Rows("clients", ("external_id", "name", "email", "currency", "created_on"), clients),
        Rows("invoices", ("external_id", "client", "issued_on", "due_on", "total", "tax", "currency"), invoices),
        Rows("payments", ("external_id", "invoice", "paid_on", "amount"), payments),
        Rows("credit-notes", ("external_id", "invoice", "issued_on", "amount", "reason"), credits_),
    ]


Lists = tuple[list[tuple[object, ...]], list[tuple[object, ...]], list[tuple[object, ...]]]


def _bill(random: Random, client: tuple[Any, ...], month: date, today: date, into: Lists) -> None:
    """One client's invoices of one month: the retainer, and now and then a project."""
    nets = [Decimal(client[3])]
    if random.random() < 0.28:
        nets.append(Decimal(random.randrange(900, 9500, 50)))
    for position, net in enumerate(nets):
        issued = month + timedelta(days=random.randrange(0, 6) if position == 0 else random.randrange(8, 26))
        late = int(client[6]) + random.randrange(-3, 9)
        dice = random.random()
        if issued <= today:
            _invoice(into, str(client[0]), issued, net, late, dice, today)


def _invoice(into: Lists, client: str, issued: date, net: Decimal, late: int, dice: float, today: date) -> None:
    """One invoice with what followed: paid whole, in two parts, credited in part, or not at all."""
    invoices, payments, credits_ = into
    total = net + (net * _TAX).quantize(_CENT)
    due = issued + timedelta(days=14)
    number = f"NL-{issued:%y%m}-{len(invoices) + 1:04d}"
    invoices.append((number, client, issued, due, total, (net * _TAX).quantize(_CENT), CURRENCY))
    paid_on = max(issued + timedelta(days=1), due + timedelta(days=late))
    credited = Decimal(0)
    if dice < 0.04:
        credited = (total * Decimal("0.15")).quantize(_CENT)
        if issued + timedelta(days=6) <= today:
            credits_.append((f"CN-{number}", number, issued + timedelta(days=6), credited, "Goodwill"))
    if dice > 0.96:
        return
    parts = [(paid_on, total - credited)]
    if 0.10 < dice < 0.17:
        half = (total / 2).quantize(_CENT)
        parts = [(paid_on, half), (paid_on + timedelta(days=21), total - credited - half)]
    for part, (day, amount) in enumerate(parts, 1):
        if day <= today:
            payments.append((f"P-{number}-{part}", number, day, amount))


def _month(day: date, months: int) -> date:
    return _add_months(day.replace(day=1), months)


def _add_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
