"""One lake of random facts, whose health the replay works out day by day, built once as the product does."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import duckdb
import pytest

from tests.warehouse.gateway import business
from tests.warehouse.gateway.lake_fixture import FixtureLake
from tests.warehouse.health.facts import NOW, SEED, Facts, Row, drawn
from warehouse.gateway import Gateway


def stored(scratch: Path) -> list[Row]:
    """The mart's rows in order."""
    with duckdb.connect(str(scratch), read_only=True) as connection:
        found = connection.execute("select * from marts.fct_client_health order by client_id, on_day")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture(scope="package")
def facts() -> Facts:
    return drawn(Random(SEED))


@pytest.fixture(scope="package")
def lake(facts: Facts, tmp_path_factory: pytest.TempPathFactory) -> FixtureLake:
    """The lake, published; its data end on 15 June 2026."""
    made = FixtureLake(tmp_path_factory.mktemp("health"), now=NOW)
    facts.write(made)
    made.publish()
    return made


@pytest.fixture(scope="package")
def rows(lake: FixtureLake) -> list[Row]:
    """What was published."""
    return stored(lake.scratch)


@pytest.fixture(scope="package")
def figures(lake: FixtureLake) -> Iterator[Gateway]:
    gateway = business.gateway(lake)
    yield gateway
    gateway.close()
