"""One service and one agency for the tests of this folder."""

from collections.abc import Iterator

import pytest

from imisofts.settings import Settings
from tests.api.agency import Agency, Api, found, running


@pytest.fixture(scope="module")
def api(settings: Settings) -> Iterator[Api]:
    with running(settings) as api:
        yield api


@pytest.fixture(scope="module")
def agency(api: Api) -> Agency:
    return found(api)
