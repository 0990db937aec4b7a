"""Bringing a database to the present schema."""

from pathlib import Path
from typing import Protocol

from alembic import command
from alembic.config import Config
from sqlalchemy import NullPool, create_engine, text

from api.kit.database import sqlalchemy_url
from api.migrations.publication import sync_publication

_LOCK = 7_300_001


class HasOwner(Protocol):
    """The one setting that is needed."""

    @property
    def owner_database_url(self) -> str:
        """Where the owner's role signs in."""
        ...


def upgrade(settings: HasOwner) -> None:
    """Run what is missing, as owner, and bring the publication in line. Safe to repeat and to run twice at once."""
    engine = create_engine(
        sqlalchemy_url(settings.owner_database_url),
        poolclass=NullPool,
        connect_args={"options": "-c lock_timeout=10s -c search_path=public"},
    )
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": _LOCK})
        connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        with connection.begin():
            sync_publication(connection)
        connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": _LOCK})
        connection.commit()
    engine.dispose()
