"""One lake for all questions about figures: built once by the real dbt, read by every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warehouse.gateway import business, markers
from tests.warehouse.gateway.lake_fixture import FixtureLake
from warehouse.gateway import Gateway


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> FixtureLake:
    """Both small agencies, both real data sets and the marked agencies, published once. Nobody writes to it."""
    folder: Path = tmp_path_factory.mktemp("figures")
    lake = FixtureLake(folder)
    business.fill(lake)
    business.load_online_retail(lake)
    business.load_cdnow(lake)
    markers.fill(lake, markers.HOUSES)
    lake.publish()
    return lake


@pytest.fixture(scope="session")
def figures(published: FixtureLake) -> Iterator[Gateway]:
    """The gateway over the shared lake."""
    gateway = business.gateway(published)
    yield gateway
    gateway.close()
