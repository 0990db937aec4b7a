"""Answers stand in one publication: raw rows without a publication are not seen, a newer one is."""

import threading
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.warehouse.gateway import business
from tests.warehouse.gateway.business import actor
from tests.warehouse.gateway.lake_fixture import FixtureLake
from warehouse.gateway import MetricQuery, NothingPublished

NORTH = actor("northlight")
INVOICED = MetricQuery("invoiced", date(2026, 1, 1), date(2026, 1, 31))


@pytest.mark.slow
def test_a_lake_lives(tmp_path: Path) -> None:
    """Empty, published, stale, published anew, under several threads."""
    lake = FixtureLake(tmp_path)
    gateway = business.gateway(lake)
    state = gateway.state(NORTH)
    assert (state.publication, state.fresh, state.stale_reason) == (None, False, "Nothing has been replicated yet.")
    with pytest.raises(NothingPublished, match="nothing has been published"):
        gateway.metric(NORTH, INVOICED)

    gateway.close()
    business.fill(lake)
    lake.publish()
    assert gateway.metric(NORTH, INVOICED).rows[0].value == Decimal("130.00")
    state = gateway.state(NORTH)
    assert state.fresh
    assert state.audit_passed
    assert state.publication is not None
    assert state.publication.data_on == date(2026, 6, 15)

    gateway.close()  # a catalogue in a file has one process' writer or readers; it opens again when asked
    extra = business.invoice("northlight", "acme", "N9", "2026-01-31", "2026-02-28", 1)
    lake.add("invoice", [extra])
    assert gateway.metric(NORTH, INVOICED).rows[0].value == Decimal("130.00")
    gateway.close()
    lake.publish({"invoice"})
    assert gateway.metric(NORTH, INVOICED).rows[0].value == Decimal("130.01")

    seen: list[Decimal | None] = []
    threads = [
        threading.Thread(target=lambda: seen.append(gateway.metric(NORTH, INVOICED).rows[0].value)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [Decimal("130.01")] * 8

    gateway.close()
    lake.execute("""insert into lake.meta.audit values (9, now(), 1, false,
        '[{"name": "audit_invoices_equal_raw", "passed": false}, {"name": "other", "passed": true}]')""")
    lake.now += timedelta(minutes=16)
    state = gateway.state(NORTH)
    assert state.failed_checks == ("audit_invoices_equal_raw",)
    assert not state.audit_passed
    assert state.stale_reason == "Replication has been silent for 17 minutes."
    gateway.close()
