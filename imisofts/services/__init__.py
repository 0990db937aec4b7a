"""The services that one machine needs and a bigger installation replaces by URLs: Postgres and the mail catcher."""

from collections.abc import Iterator
from contextlib import contextmanager

from imisofts.services import archive, postgres, version
from imisofts.settings import Settings


@contextmanager
def embedded(settings: Settings) -> Iterator[None]:
    """Have the databases up and migrated while the block runs; stops what it started, leaves what ran before."""
    version.check(settings.home)
    if not settings.embedded_postgres:
        migrate(settings)
        yield
        return
    with postgres.running(settings, prepare=upgrade):
        yield


def upgrade(settings: Settings) -> None:
    """Bring an older data folder up to date, after a copy of it; killed anywhere, the next start goes on.

    Nothing but Postgres runs yet, so no file goes while it is copied.
    """
    found = version.of(settings.home)
    if found < version.DATA_VERSION:
        folder = settings.home / "backups"
        folder.mkdir(mode=0o700, exist_ok=True)
        copy = folder / f"before-version-{version.DATA_VERSION}.tar"
        if not copy.exists():  # else an upgrade that was broken off made it, from what was there before
            archive.write(settings, copy)
    migrate(settings)
    version.mark(settings.home)


def migrate(settings: Settings) -> None:
    """Bring the product's database to the newest schema."""
    from api import migrations  # late: the schema needs the whole API, most callers of this package do not

    migrations.upgrade(settings)
