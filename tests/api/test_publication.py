"""What the loader may read follows the models, also when an installation is upgraded."""

import psycopg
import pytest
from sqlalchemy import create_engine

from api.migrations import sync_publication
from imisofts.settings import Settings


@pytest.mark.parametrize("column", ["service_from", "ctid"])
def test_what_the_loader_lacks_is_granted_to_it(fresh_settings: Settings, column: str) -> None:
    """As an upgrade leaves it: a column is there and published, the grants are those of the release before."""
    with psycopg.connect(fresh_settings.owner_database_url) as owner:
        owner.execute(f"revoke select ({column}) on invoice_line from imisofts_loader".encode())
    statement = f"select {column} from invoice_line".encode()
    denied = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with denied, psycopg.connect(fresh_settings.loader_database_url) as loader:
        loader.execute(statement)
    engine = create_engine(fresh_settings.owner_database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        sync_publication(connection)
    engine.dispose()
    with psycopg.connect(fresh_settings.loader_database_url) as loader:
        assert loader.execute(statement).fetchall() == []
