"""What the loader may read follows the models, also when an installation is upgraded."""

import psycopg
import pytest
from sqlalchemy import create_engine

from api.migrations import sync_publication
from imisofts.settings import Settings


def test_a_column_added_to_a_whole_table_is_granted_to_the_loader(fresh_settings: Settings) -> None:
    """As an upgrade leaves it: the column is there and published, the grants are those of the release before."""
    with psycopg.connect(fresh_settings.owner_database_url) as owner:
        owner.execute("revoke select (service_from) on invoice_line from imisofts_loader")
    denied = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with denied, psycopg.connect(fresh_settings.loader_database_url) as loader:
        loader.execute("select service_from from invoice_line")
    engine = create_engine(fresh_settings.owner_database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        sync_publication(connection)
    engine.dispose()
    with psycopg.connect(fresh_settings.loader_database_url) as loader:
        assert loader.execute("select service_from from invoice_line").fetchall() == []
