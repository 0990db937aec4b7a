"""Random facts of a small agency, drawn from a seed: what the lake is filled with, and what the replay reads."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from tests.warehouse.gateway import business
from tests.warehouse.gateway.lake_fixture import FixtureLake, key

SEED = int(os.environ.get("SEED", "11"))
HOUSE = "healthy"
FIRST, LAST = date(2025, 3, 1), date(2026, 6, 15)
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
CLIENTS = ("anna", "bruno", "cleo", "dora")
BUYER, GONE = "gina", "hugo"
"""One who only buys, and one who was archived."""
ARCHIVED_ON = date(2026, 2, 1)
REACHED_BY_ANOTHER = {"milestone", "task", "event"}
PAID: tuple[list[int], ...] = (
    [10_000],
    [10_000],
    [10_000],
    [4_000, 6_000],
    [4_000, 6_000],
    [7_000, -1_000, 4_000],
    [4_000],
    [],
)
"""How an invoice is paid; some never are."""
Row = dict[str, object]


@dataclass
class Facts:
    """Rows by table, as the lake's raw tables have them."""

    tables: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, table: str, name: str, /, **columns: object) -> UUID:
        ident = key(f"{HOUSE}/{table}/{name}")
        row: Row = {"id": ident, "workspace_id": key(HOUSE)}
        self.tables.setdefault(table, []).append(row | columns)
        return ident

    def of(self, table: str, client: str) -> Iterator[Row]:
        """The client's rows."""
        return (row for row in self.tables.get(table, []) if row.get("client_id") == client_id(client))

    def write(self, lake: FixtureLake) -> None:
        """Put everything into the lake; what reaches its client by another row has no column for it there."""
        for table, rows in self.tables.items():
            hidden = {"client_id"} if table in REACHED_BY_ANOTHER else set()
            names = {name: None for row in rows for name in row if name not in hidden}
            lake.load(table, [{name: row.get(name) for name in names} for row in rows])


def client_id(name: str) -> UUID:
    return key(f"{HOUSE}/{name}")


def drawn(chance: Random) -> Facts:
    """Everybody's facts; what lies beyond the last day is agreed, or was written ahead."""
    facts = Facts({"workspace": [business.workspace(HOUSE, "EUR")]})
    archived = {"archived_at": datetime(ARCHIVED_ON.year, ARCHIVED_ON.month, ARCHIVED_ON.day, 9, tzinfo=UTC)}
    facts.tables["client"] = [business.client(HOUSE, name) for name in (*CLIENTS, BUYER)]
    facts.tables["client"].append(business.client(HOUSE, GONE) | archived)
    for name in (*CLIENTS, GONE):
        _money(facts, chance, name)
        _work(facts, chance, name)
        _care(facts, chance, name)
        _agreements(facts, chance, name)
    for number, paid in enumerate(([(date(2026, 1, 24), 10_000)], [])):
        _invoice(facts, BUYER, number, date(2026, 1, 10), date(2026, 1, 24), paid)
    return facts


def _day(chance: Random, first: date = FIRST, last: date = LAST + timedelta(days=40)) -> date:
    return first + timedelta(days=chance.randrange((last - first).days))


def _money(facts: Facts, chance: Random, client: str) -> None:
    for number in range(14):
        issued = _day(chance)
        due = None if chance.random() < 0.1 else issued + timedelta(days=chance.choice((0, 14, 30)))
        paid = [(issued + timedelta(days=chance.randrange(-5, 90)), amount) for amount in chance.choice(PAID)]
        voided = issued + timedelta(days=chance.randrange(60)) if chance.random() < 0.1 else None
        _invoice(facts, client, number, issued, due, paid, voided)


def _invoice(
    facts: Facts,
    client: str,
    number: int,
    issued: date,
    due: date | None,
    paid: list[tuple[date, int]],
    voided: date | None = None,
) -> None:
    owner: Row = {"client_id": client_id(client), "currency": "EUR", "source": "api"}
    amounts: Row = {"subtotal_minor": 10_000, "tax_minor": 0, "total_minor": 10_000}
    settled = sum(amount for _, amount in paid)
    amounts |= {"paid_minor": settled, "credited_minor": 0, "status": "void" if voided else "issued"}
    dates: Row = {"issued_on": issued, "due_on": due, "voided_on": voided}
    row = owner | amounts | dates
    invoice = facts.add("invoice", f"{client}/{number}", number=f"{client}-{number}", **row)
    for place, (on, amount) in enumerate(paid):
        name = f"{client}/{number}/{place}"
        facts.add("payment", name, invoice_id=invoice, paid_on=on, amount_minor=amount, method="transfer", **owner)


def _work(facts: Facts, chance: Random, client: str) -> None:
    project = facts.add("project", client, client_id=client_id(client), name="Website", currency="EUR", source="api")
    inner = facts.add("project", f"{client}/inner", name="Inner", currency="EUR", source="api")
    for table, count in (("milestone", chance.choice((0, 0, 9))), ("task", 30)):
        for number in range(count):
            due = _day(chance)
            done = None if chance.random() < 0.15 else due + timedelta(days=chance.randrange(-15, 3))
            days: Row = {"due_on": due if chance.random() < 0.9 else None, "completed_on": done}
            owner: Row = {"project_id": project, "client_id": client_id(client)}
            if number == 0:
                owner = {"project_id": inner, "client_id": None}
            more: Row = {"priority": "normal"} if table == "task" else {}
            facts.add(table, f"{client}/{number}", title="x", source="api", **days, **owner, **more)


def _care(facts: Facts, chance: Random, client: str) -> None:
    for number in range(12):
        opened = _moment(chance, _day(chance))
        answered = None if chance.random() < 0.15 else opened + timedelta(minutes=chance.randrange(1, 1500))
        resolved = answered + timedelta(hours=chance.randrange(1, 400)) if answered and chance.random() < 0.8 else None
        rated = resolved + timedelta(hours=chance.randrange(90)) if resolved and chance.random() < 0.8 else None
        imported = chance.random() < 0.3
        reopened = chance.choice((0, 0, 0, 1, 2)) if resolved else 0
        owner: Row = {"client_id": client_id(client)}
        row: Row = owner | {"opened_at": opened, "first_response_at": answered, "resolved_at": resolved}
        row |= {"rated_at": None if imported else rated, "is_satisfied": chance.random() < 0.8 if rated else None}
        row |= {"number": f"T{number}", "subject": "x", "priority": "high", "source": "import" if imported else "api"}
        row |= {"status": "resolved" if resolved else "open", "reopened_count": reopened}
        ticket = facts.add("ticket", f"{client}/{number}", **row)
        if imported or resolved is None:
            continue
        for place in range(reopened):
            at = resolved + timedelta(days=chance.choice((0, 3, 60, 89, 90, 100)), minutes=place)
            author = chance.choice(("client", "staff"))
            steps: Row = owner | {"ticket_id": ticket, "kind": "reopened", "author_kind": author, "occurred_at": at}
            facts.add("ticket_event", f"{client}/{number}/{place}", **steps)
    for number in range(6):
        _signed_in(facts, client, number, _moment(chance, _day(chance)))


def _signed_in(facts: Facts, client: str, number: int, at: datetime) -> None:
    subject: Row = {"subject_kind": "client", "subject_id": client_id(client), "client_id": client_id(client)}
    facts.add(
        "event", f"{client}/{number}", name="client.signed_in", actor_kind="user", occurred_at=at, data="{}", **subject
    )


def _moment(chance: Random, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=chance.randrange(1440))


def _agreements(facts: Facts, chance: Random, client: str) -> None:
    for number in range(chance.choice((2, 4, 6))):
        started = _day(chance)
        ended = started + timedelta(days=chance.randrange(30, 300)) if chance.random() < 0.8 else None
        currency = chance.choice(("EUR", "EUR", "USD"))
        owner: Row = {"client_id": client_id(client), "currency": currency}
        parent = facts.add("subscription", f"{client}/{number}", started_on=started, source="api", **owner)
        line = key(f"{client}/{number}")
        row: Row = owner | {"subscription_id": parent, "line_id": line, "description": "Retainer"}
        row |= {"quantity": Decimal(1), "unit_price": Decimal(chance.choice((5, 20, 90, 100))), "interval_count": 1}
        row |= {"discount_rate": Decimal(0), "interval": "month", "started_on": started, "ended_on": ended}
        row |= {"decided_on": started - timedelta(days=chance.randrange(-3, 20)), "end_decided_on": ended}
        facts.add("subscription_item", f"{client}/{number}", **row)
