"""Subscriptions as rows of the lake's raw tables, one workspace, one call per fact."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.warehouse.gateway import business
from tests.warehouse.gateway.lake_fixture import FixtureLake, key

HOUSE = "retainers"
Row = dict[str, object]


@dataclass
class Book:
    """Rows collected, and then written table by table."""

    tables: dict[str, list[Row]]

    @staticmethod
    def empty() -> "Book":
        book = Book({})
        book._add("workspace", business.workspace(HOUSE, "EUR"))
        return book

    def client(self, name: str) -> None:
        self._add("client", business.client(HOUSE, name))

    def subscription(self, name: str, client: str, started: str, currency: str = "EUR", **days: str) -> None:
        row = self._owned(name) | {"client_id": self._id(client), "currency": currency, "source": "api"}
        self._add("subscription", row | {"started_on": started} | days)

    def item(
        self, subscription: str, client: str, price: str, started: str, ended: str | None = None, **more: object
    ) -> None:
        """A row of an item, a euro retainer by the month unless said otherwise."""
        row = self._owned(f"{subscription}/{price}/{started}") | {"line_id": self._id(subscription)}
        row |= {"subscription_id": self._id(subscription), "client_id": self._id(client), "description": "Retainer"}
        row |= {"quantity": Decimal(1), "unit_price": Decimal(price), "discount_rate": Decimal(0), "currency": "EUR"}
        row |= {'"interval"': "month", "interval_count": 1, "started_on": started, "ended_on": ended}
        self._add("subscription_item", row | {"decided_on": started} | more)

    def pause(self, subscription: str, client: str, started: str, ended: str | None) -> None:
        row = self._owned(f"{subscription}/pause/{started}")
        row |= {"subscription_id": self._id(subscription), "client_id": self._id(client)}
        self._add("subscription_pause", row | {"started_on": started, "ended_on": ended})

    def invoice(self, client: str, number: str, issued: str, due: str, minor: int) -> None:
        self._add("invoice", business.invoice(HOUSE, client, number, issued, due, minor))

    def paid(self, client: str, number: str, on: str, minor: int) -> None:
        self._add("payment", business.paid(HOUSE, client, number, on, minor))

    def rate(self, currency: str, on: str, rate: str) -> None:
        """What one unit is worth in euros from a day on."""
        row = self._owned(f"rate/{currency}/{on}") | {"from_currency": currency, "to_currency": "EUR"}
        self._add("exchange_rate", row | {"rate_on": on, "rate": Decimal(rate), "source": "api"})

    def write(self, lake: FixtureLake) -> None:
        """Put everything into the lake."""
        for table, rows in self.tables.items():
            lake.add(table, rows)

    def _add(self, table: str, row: Row) -> None:
        self.tables.setdefault(table, []).append(row)

    @staticmethod
    def _id(name: str) -> object:
        return key(f"{HOUSE}/{name}")

    def _owned(self, name: str) -> Row:
        return {"id": self._id(name), "workspace_id": key(HOUSE)}


def day(text: str) -> date:
    return date.fromisoformat(text)
