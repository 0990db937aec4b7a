"""Many agencies with three clients each, all with the same history, told apart by a marker in each of their texts.

The history of a client, as of May 2026: two projects (one over its budget), milestones reached, late and to come,
tasks, an urgent ticket that was late and a normal one, a paid and an overdue invoice, a retainer that rises in June
and a yearly item that is charged again in June.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from tests.warehouse.gateway import business
from tests.warehouse.gateway.lake_fixture import FixtureLake, key

HOUSES = 200 if os.environ.get("PROVE") else 4
"""How many agencies stand in the shared lake."""
FIRST, LAST = date(2026, 5, 1), date(2026, 5, 31)
Row = dict[str, object]


@dataclass(frozen=True)
class Marked:
    """One client; ``marker`` stands in its own texts and in nobody else's, ``house_marker`` in its agency's."""

    house: int
    number: int

    @property
    def slug(self) -> str:
        return f"marked-{self.house:03}"

    @property
    def house_marker(self) -> str:
        return f"Quokka{self.house:03}"

    @property
    def marker(self) -> str:
        return f"Wombat{self.house:03}{self.number}"

    @property
    def name(self) -> str:
        return f"{self.marker} Ltd"

    @property
    def id(self) -> UUID:
        return key(f"{self.slug}/{self.marker.lower()}")

    @property
    def workspace_id(self) -> UUID:
        return key(self.slug)

    def owned(self, name: str) -> Row:
        """The columns that every row of this client has."""
        return {"id": key(f"{self.slug}/{self.marker}/{name}"), "workspace_id": self.workspace_id, "source": "api"}

    def of(self, name: str) -> UUID:
        return key(f"{self.slug}/{self.marker}/{name}")


def everybody(houses: int) -> list[Marked]:
    """Three clients each of so many agencies."""
    return [Marked(house, number) for house in range(houses) for number in range(3)]


def fill(lake: FixtureLake, houses: int) -> None:
    """All their rows; call before ``publish``."""
    found = everybody(houses)
    lake.load("workspace", [business.workspace(one.slug, "GBP") for one in found if one.number == 0])
    tables: dict[str, list[Row]] = {}
    for one in found:
        for table, row in _rows(one):
            tables.setdefault(table, []).append(row)
    for table, rows in tables.items():
        lake.load(table, rows)


def _rows(one: Marked) -> Iterator[tuple[str, Row]]:
    yield "client", business.client(one.slug, one.marker.lower(), currency="GBP") | {"name": one.name}
    yield from _money(one)
    yield "person", one.owned("ada") | {"name": f"Ada of {one.house_marker}", "is_billable_role": True}
    for name, budget, hours in (("Website", 2400, 45), ("Search", 6000, 12)):
        yield from _project(one, f"{name} {one.marker}", budget, hours)
    yield from _tickets(one)
    yield from _retainer(one)


def _money(one: Marked) -> Iterator[tuple[str, Row]]:
    owner = one.marker.lower()
    for place, (issued, due, minor, paid) in enumerate(
        [("2026-04-02", "2026-05-02", 120_000, 0), ("2026-05-04", "2026-06-03", 250_000 + one.number, 250_000)]
    ):
        number = f"{one.marker}-{place}"
        yield (
            "invoice",
            business.invoice(
                one.slug, owner, number, issued, due, minor, currency="GBP", status="partly_paid" if paid else "issued"
            ),
        )
        if paid:
            yield "payment", business.paid(one.slug, owner, number, "2026-05-20", paid, currency="GBP")


def _project(one: Marked, name: str, budget: int, hours: int) -> Iterator[tuple[str, Row]]:
    project = one.of(name)
    dates = {"started_on": date(2026, 3, 2), "due_on": date(2026, 7, 31)}
    yield (
        "project",
        one.owned(name) | {"client_id": one.id, "name": name, "budget_minutes": budget, "currency": "GBP"} | dates,
    )
    for title, due, done in (
        ("Concept", date(2026, 5, 8), date(2026, 5, 7)),
        ("Design", date(2026, 5, 22), None),
        ("Launch", date(2026, 6, 19), None),
    ):
        yield (
            "milestone",
            one.owned(f"{name}/{title}")
            | {"project_id": project, "title": f"{title} {one.marker}", "due_on": due, "completed_on": done},
        )
    for place in range(4):
        done = date(2026, 5, 6 + 5 * place)
        yield (
            "task",
            one.owned(f"{name}/task {place}")
            | {"project_id": project, "title": f"Step {place} for {one.marker}", "priority": "normal"}
            | {"due_on": done, "completed_on": done},
        )
    for place, day in enumerate((date(2026, 4, 14), date(2026, 5, 12), date(2026, 5, 19))):
        yield (
            "time_entry",
            one.owned(f"{name}/time {place}")
            | {"person_id": one.of("ada"), "project_id": project, "client_id": one.id, "worked_on": day}
            | {"minutes": hours * 20, "is_billable": True, "note": f"whispered about {one.marker}"},
        )


def _tickets(one: Marked) -> Iterator[tuple[str, Row]]:
    for place, (priority, answered, is_satisfied) in enumerate((("urgent", 15, True), ("normal", 10, None))):
        yield (
            "ticket",
            one.owned(f"ticket {place}")
            | {"client_id": one.id, "number": f"T-{one.marker}-{place}", "subject": f"Question of {one.marker}"}
            | {"priority": priority, "status": "resolved", "reopened_count": 0, "is_satisfied": is_satisfied}
            | {"opened_at": datetime(2026, 5, 5, 9, tzinfo=UTC), "resolved_at": datetime(2026, 5, 6, 9, tzinfo=UTC)}
            | {"first_response_at": datetime(2026, 5, 5, answered, tzinfo=UTC)},
        )


def _retainer(one: Marked) -> Iterator[tuple[str, Row]]:
    subscription = one.of("subscription")
    yield (
        "subscription",
        one.owned("subscription") | {"client_id": one.id, "currency": "GBP", "started_on": date(2025, 6, 15)},
    )
    item = {"subscription_id": subscription, "client_id": one.id, "currency": "GBP", "quantity": Decimal(1)}
    item |= {"discount_rate": Decimal(0), "interval_count": 1}
    for line, interval, price, started, ended, decided in (
        ("Retainer", "month", 400, date(2025, 6, 15), date(2026, 6, 15), date(2025, 6, 1)),
        ("Retainer", "month", 450, date(2026, 6, 15), None, date(2026, 5, 20)),
        ("Hosting", "year", 300, date(2025, 6, 20), None, date(2025, 6, 20)),
    ):
        row = one.owned(f"{line}/{price}") | item | {"line_id": one.of(line), "unit_price": Decimal(price)}
        row |= {"description": f"{line} {one.marker}", "interval": interval, "started_on": started, "ended_on": ended}
        row.pop("source")
        yield "subscription_item", row | {"decided_on": decided, "end_decided_on": date(2026, 5, 20) if ended else None}
