"""The services that one machine needs and a bigger installation replaces by URLs: Postgres and the mail catcher."""

from collections.abc import Iterator
from contextlib import contextmanager

from imisofts.services import postgres, version
from imisofts.settings import Settings


@contextmanager
def embedded(settings: Settings) -> Iterator[None]:
    """Have the databases up and migrated while the block runs; stops what it started, leaves what ran before."""
    version.check(settings.home)
    if not settings.embedded_postgres:
        migrate(settings)
        yield
        return
    with postgres.running(settings, prepare=migrate):
        yield


def migrate(settings: Settings) -> None:
    """Bring the product's database to the newest schema."""
    from api import migrations  # late: the schema needs the whole API, most callers of this package do not

    migrations.upgrade(settings)
