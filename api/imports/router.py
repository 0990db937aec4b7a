"""Routes of imports."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import ValidationError

from api.imports import repository, service
from api.imports.models import ImportRun
from api.imports.schemas import ImportOptions, ImportRunOut, Kind
from api.kit import database
from api.kit.access import allowed
from api.kit.clock import AppClock
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import Malformed, NotFound, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from api.kit.ids import new_id
from imisofts.access import Action, Actor

router = APIRouter(prefix="/imports", tags=["imports"], route_class=IdempotentRoute)

CanImport = Annotated[Actor, allowed(Action.import_run)]
LARGEST_FILE = 100 * 1024 * 1024
PATIENCE = 0.5
_running: set[asyncio.Task[None]] = set()


@router.post("", status_code=201)
async def start_import(
    request: Request,
    actor: CanImport,
    session: WriteSession,
    clock: AppClock,
    response: Response,
    kind: Annotated[Kind, Form()],
    file: Annotated[UploadFile, File(description="A CSV file in UTF-8 with a header line, up to 100 MiB.")],
    options: Annotated[str, Form(max_length=20_000, description="JSON; see ImportOptions.")] = "{}",
    dry_run: Annotated[bool, Form()] = False,
    _: IdempotencyKey = None,
) -> ImportRunOut:
    """Load a CSV file; silent, repeatable, and all or nothing.

    Multipart fields: `kind` (clients, invoices, payments, credit-notes), `file`, `options` (JSON: `map`, `set`,
    `create_missing`, `skip_bad`) and `dry_run`. The answer is the import; while its `status` is `running`, poll
    `GET /v1/imports/{id}` for `done_rows` of `total_rows`. It ends as `done`, or as `failed` with nothing written:
    `result.errors` tells line, column and reason of each bad row. A small file is done before the answer leaves.
    The run's row is committed before the import begins, apart from the import itself, so that others see it.
    """
    chosen = _options(options, dry_run=dry_run)
    content = await file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise Malformed("The file is larger than 100 MiB.", fields=[("file", "is too large")])
    name = (file.filename or "upload.csv").replace("\x00", "").rsplit("/", 1)[-1][:200]
    run_id = new_id()
    tenant = database.of(request)
    async with tenant.begin(actor.workspace_id) as apart:
        apart.add(
            ImportRun(
                id=run_id, workspace_id=actor.workspace_id, kind=kind.value, file_name=name,
                dry_run=chosen.dry_run, status="running", started_by=actor.user_id,
            )
        )  # fmt: skip
    work = asyncio.create_task(service.run(tenant, clock, actor, run_id, kind, name, content, chosen))
    _running.add(work)
    work.add_done_callback(_running.discard)
    await asyncio.wait({work}, timeout=PATIENCE)
    response.headers["Location"] = f"/v1/imports/{run_id}"
    return ImportRunOut.model_validate(await repository.get(session, actor, run_id))


@router.get("/{import_id}", responses=documented(NotFound))
async def read_import(actor: CanImport, session: ReadSession, import_id: UUID) -> ImportRunOut:
    """How far an import is, or what came of it."""
    return ImportRunOut.model_validate(await repository.get(session, actor, import_id))


def _options(text: str, *, dry_run: bool) -> ImportOptions:
    try:
        chosen = ImportOptions.model_validate_json(text)
    except ValidationError as error:
        found = [(".".join(map(str, ["options", *each["loc"]])), each["msg"]) for each in error.errors()]
        raise Malformed("The options are wrong.", fields=found) from None
    return chosen.model_copy(update={"dry_run": chosen.dry_run or dry_run})
