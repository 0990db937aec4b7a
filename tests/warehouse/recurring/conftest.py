"""One lake of subscriptions whose figures can be worked out by hand, built once by the real dbt."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.warehouse.gateway import business
from tests.warehouse.gateway.lake_fixture import FixtureLake
from tests.warehouse.recurring.rows import Book
from warehouse.gateway import Gateway


def fill(book: Book) -> None:
    """Anna has the known series; Bruno pays a year and leaves; the eight of Cleo's leave two a month; Dora has agreed
    what begins and what ends; Emil pays late; Fay has two subscriptions in dollars, whose worth changes, and cancels
    one; Gina will pay in francs, whose worth nobody has recorded."""
    for name in ("anna", "bruno", "dora", "emil", "fay", "gina", *(f"cleo{number}" for number in range(8))):
        book.client(name)
    book.subscription("A", "anna", "2025-01-10")
    book.item("A", "anna", "50", "2025-01-10", "2025-03-01")  # ends on the 1st: churns in March
    book.item("A", "anna", "50", "2025-05-05", "2025-06-03")
    book.item("A", "anna", "80", "2025-06-03", "2025-07-01")
    book.item("A", "anna", "60", "2025-07-01")
    book.subscription("B", "bruno", "2025-02-01", trial_ends_on="2025-03-01")
    book.item("B", "bruno", "100", "2025-02-01", "2026-03-01")
    for number in range(8):
        book.subscription(f"C{number}", f"cleo{number}", "2025-12-01")
        book.item(f"C{number}", f"cleo{number}", "10", "2025-12-01", f"2026-{1 + number // 2:02d}-15")
    book.subscription("D", "dora", "2026-01-01")
    book.item("D", "dora", "20", "2026-01-01", "2026-12-01", end_decided_on="2026-07-10")
    book.item("D", "dora", "30", "2026-10-01", decided_on="2026-08-01")
    book.subscription("E", "emil", "2026-01-01")
    book.item("E", "emil", "12", "2026-01-01")
    book.invoice("emil", "E1", "2026-01-10", "2026-01-31", 10_000)
    book.paid("emil", "E1", "2026-04-10", 10_000)
    book.subscription("F1", "fay", "2025-01-01", "USD")
    book.item("F1", "fay", "7", "2025-01-01", currency="USD")
    book.subscription("F2", "fay", "2025-01-01", "USD")
    book.item("F2", "fay", "5", "2025-01-01", "2025-04-20", currency="USD")
    book.pause("F1", "fay", "2025-08-15", "2025-10-02")
    book.subscription("G", "gina", "2026-09-01", "CHF")
    book.item("G", "gina", "9", "2026-09-01", currency="CHF")
    for on, rate in (("2024-12-20", "0.5"), ("2025-03-10", "0.6"), ("2025-10-20", "0.4")):
        book.rate("USD", on, rate)


@pytest.fixture(scope="package")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The gateway over that lake, whose data ends on 15 August 2026."""
    lake = FixtureLake(tmp_path_factory.mktemp("recurring"), now=datetime(2026, 8, 15, 12, tzinfo=UTC))
    book = Book.empty()
    fill(book)
    book.write(lake)
    lake.publish()
    gateway = business.gateway(lake)
    yield gateway
    gateway.close()
