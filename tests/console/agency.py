"""A small agency whose figures can be worked out by hand: what the console's pages show in the tests."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.warehouse.gateway import business
from tests.warehouse.gateway.lake_fixture import FixtureLake, key

HOUSE = "ours"
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
NAME = "=Cli<ent>"
"""A client's name that neither a page nor a spreadsheet may take for anything else."""
Row = dict[str, object]


def fill(lake: FixtureLake) -> None:
    """Two clients with invoices, subscriptions, a project, tickets; one person who is billed and one who is not; and an
    agency next door with nothing."""
    neighbours = [business.workspace(slug, "EUR", timezone="UTC") for slug in (HOUSE, "theirs")]
    lake.add("workspace", neighbours)
    lake.add(
        "client", [business.client(HOUSE, "c") | {"name": NAME, "external_id": "C-1"}, business.client(HOUSE, "d")]
    )
    lake.add(
        "invoice",
        [
            business.invoice(HOUSE, "c", "INV-1", "2026-05-03", "2026-05-03", 123_456),
            business.invoice(HOUSE, "c", "INV-2", "2026-06-02", "2026-06-02", 76_544),
        ],
    )
    _subscriptions(lake)
    _dollars(lake)
    _team(lake)
    _projects(lake)
    _tickets(lake)
    lake.add("heartbeat", [{"id": 1, "beaten_at": NOW}])


def _own(ident: str, /, **more: object) -> Row:
    return {"id": key(f"{HOUSE}/{ident}"), "workspace_id": key(HOUSE), "source": "api"} | more


def _subscriptions(lake: FixtureLake) -> None:
    """C pays 100 from January and 150 from April; D pays 80 from February and leaves with May."""
    rows = [
        ("s1", "c", "100", date(2026, 1, 1), date(2026, 4, 1)),
        ("s1", "c", "150", date(2026, 4, 1), None),
        ("s2", "d", "80", date(2026, 2, 1), date(2026, 5, 1)),
    ]
    for name, client, begun in (("s1", "c", date(2026, 1, 1)), ("s2", "d", date(2026, 2, 1))):
        owner: Row = {"client_id": key(f"{HOUSE}/{client}"), "currency": "EUR", "started_on": begun}
        lake.add("subscription", [_own(name, **owner)])
    for name, client, price, begun, ended in rows:
        row: Row = {"id": key(f"{HOUSE}/{name}/{price}"), "workspace_id": key(HOUSE), "line_id": key(f"{HOUSE}/{name}")}
        row |= {"subscription_id": key(f"{HOUSE}/{name}"), "client_id": key(f"{HOUSE}/{client}"), "currency": "EUR"}
        row |= {
            "quantity": Decimal(1),
            "unit_price": Decimal(price),
            "discount_rate": Decimal(0),
            '"interval"': "month",
        }
        row |= {"interval_count": 1, "started_on": begun, "ended_on": ended, "decided_on": begun}
        row |= {"description": "Retainer", "end_decided_on": ended}
        lake.add("subscription_item", [row])


def _dollars(lake: FixtureLake) -> None:
    """D also pays 100 dollars from March; a dollar is worth 90 cents, and 80 from the end of May."""
    owner: Row = {"client_id": key(f"{HOUSE}/d"), "currency": "USD", "started_on": date(2026, 3, 1)}
    lake.add("subscription", [_own("s3", **owner)])
    row: Row = {"id": key(f"{HOUSE}/s3/1"), "workspace_id": key(HOUSE), "line_id": key(f"{HOUSE}/s3")} | owner
    row |= {"subscription_id": key(f"{HOUSE}/s3"), "description": "Retainer", "decided_on": date(2026, 3, 1)}
    row |= {"quantity": Decimal(1), "unit_price": Decimal(100), "discount_rate": Decimal(0)}
    lake.add("subscription_item", [row | {'"interval"': "month", "interval_count": 1}])
    rates = ((date(2026, 1, 1), "0.90"), (date(2026, 5, 31), "0.80"))
    pair: Row = {"from_currency": "USD", "to_currency": "EUR"}
    lake.add("exchange_rate", [_own(f"rate/{day}", rate=Decimal(rate), rate_on=day, **pair) for day, rate in rates])


def _team(lake: FixtureLake) -> None:
    """Ada has 40 h a week and bills 30 of them in the week from 1 June; Otto runs the office."""
    lake.add(
        "person",
        [
            _own("ada", name="Ada", email="ada@ours.example", is_billable_role=True),
            _own("otto", name="Otto", email="otto@ours.example", is_billable_role=False),
        ],
    )
    week = dict.fromkeys((f"{day}_minutes" for day in ("monday", "tuesday", "wednesday", "thursday", "friday")), 480)
    week |= {"saturday_minutes": 0, "sunday_minutes": 0}
    for who in ("ada", "otto"):
        lake.add(
            "working_hours", [_own(f"hours/{who}", person_id=key(f"{HOUSE}/{who}"), started_on="2026-06-01", **week)]
        )
    entries = []
    for place in range(5):
        day = date(2026, 6, 1) + timedelta(days=place)
        for who, minutes, billable in (("ada", 360, True), ("otto", 60, False)):
            owner: Row = {"person_id": key(f"{HOUSE}/{who}"), "project_id": key(f"{HOUSE}/site")}
            owner |= {"client_id": key(f"{HOUSE}/c"), "worked_on": day, "minutes": minutes, "is_billable": billable}
            entries.append(_own(f"{who}/{day}", **owner))
    lake.add("time_entry", entries)


def _projects(lake: FixtureLake) -> None:
    """The site has 20 h of budget and 35 h of work; one of its two milestones was in time."""
    lake.add(
        "project",
        [
            _own("site", client_id=key(f"{HOUSE}/c"), name="Site", budget_minutes=1200, currency="EUR",
                 started_on=date(2026, 6, 1), due_on=date(2026, 7, 31))
        ],
    )  # fmt: skip
    site = key(f"{HOUSE}/site")
    lake.add(
        "milestone",
        [
            _own("m1", project_id=site, title="Draft", due_on=date(2026, 6, 3), completed_on=date(2026, 6, 3)),
            _own("m2", project_id=site, title="Launch", due_on=date(2026, 6, 5), completed_on=date(2026, 6, 9)),
        ],
    )


def _tickets(lake: FixtureLake) -> None:
    """Three tickets in June: answered after 1, 2 and 3 opening hours, two resolved, two rated, one of them well."""
    rows = []
    for place in range(3):
        opened = datetime(2026, 6, 2 + place, 9, tzinfo=UTC)
        row: Row = {"client_id": key(f"{HOUSE}/c"), "number": f"T-{place}", "subject": "Why", "priority": "high"}
        row |= {"opened_at": opened, "first_response_at": opened + timedelta(hours=1 + place), "reopened_count": 0}
        done = opened + timedelta(hours=5) if place < 2 else None
        row |= {"resolved_at": done, "status": "resolved" if done else "open", "rated_at": done}
        rows.append(_own(f"t{place}", is_satisfied=place == 0 if done else None, **row))
    lake.add("ticket", rows)
