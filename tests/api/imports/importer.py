"""An import in a process of its own, to be killed: ``python -m tests.api.imports.importer SETTINGS WORKSPACE RUN``.

It does what the route does: the run's row first, then the import. The file comes on standard input.
"""

import asyncio
import sys
from uuid import UUID

from api.imports import service
from api.imports.models import ImportRun
from api.imports.schemas import ImportOptions, Kind
from api.kit.clock import SystemClock
from api.kit.database import Database
from api.migrations.catalogue import metadata
from imisofts.access import Role, actor_of_role
from imisofts.settings import Settings


async def main(settings: Settings, workspace_id: UUID, run_id: UUID, content: bytes) -> None:
    """Begin the run and carry it out."""
    metadata()
    database = Database(settings.app_database_url)
    actor = actor_of_role(workspace_id, Role.owner, kind="operator")
    async with database.begin(workspace_id) as session:
        session.add(ImportRun(id=run_id, workspace_id=workspace_id, kind="clients", file_name="c.csv"))
    clock, options = SystemClock(), ImportOptions()
    await service.run(database, clock, actor, run_id, Kind.clients, "c.csv", content, options, settings.secret_key)
    await database.close()


if __name__ == "__main__":
    settings = Settings.model_validate_json(sys.argv[1])
    asyncio.run(main(settings, UUID(sys.argv[2]), UUID(sys.argv[3]), sys.stdin.buffer.read()))
