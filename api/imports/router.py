"""Routes of imports."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from api.imports import repository, service
from api.imports.errors import FileGone
from api.imports.kinds import SUBJECTS
from api.imports.models import ImportFile, ImportRun
from api.imports.schemas import (
    ImportFieldOut,
    ImportKindOut,
    ImportKinds,
    ImportOptions,
    ImportRow,
    ImportRunOut,
    Kind,
    closed_to,
)
from api.kit import database, lists
from api.kit.access import allowed
from api.kit.clock import AppClock
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import Conflict, Forbidden, Malformed, NotFound, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from api.kit.ids import new_id
from imisofts.access import Action, Actor

router = APIRouter(prefix="/imports", tags=["imports"], route_class=IdempotentRoute)

CanImport = Annotated[Actor, allowed(Action.import_run)]
EXAMPLE = {
    "kind": "clients",
    "file": "external_id,name\r\nC-1,Northwind\r\n",
    "options": '{"map": {"email": "Mail"}, "create_missing": true}',
    "dry_run": True,
}
_RESULT = ImportRun.result
LIST = lists.ListSpec(
    columns={
        "id": ImportRun.id,
        "kind": ImportRun.kind,
        "file_name": ImportRun.file_name,
        "dry_run": ImportRun.dry_run,
        "status": ImportRun.status,
        "total_rows": ImportRun.total_rows,
        **{name: _RESULT[name].as_integer() for name in ("created", "changed", "unchanged", "kept", "skipped")},
        "created_at": ImportRun.created_at,
        "finished_at": ImportRun.finished_at,
    },
    default_sort="-created_at",
    sortable=("created_at", "kind"),
    filterable=("kind", "status", "dry_run"),
)
LARGEST_FILE = 100 * 1024 * 1024
PATIENCE = 0.5
_running: set[asyncio.Task[None]] = set()


@router.get("", response_model=lists.Page[ImportRow])
async def list_imports(
    actor: CanImport, session: ReadSession, params: Annotated[lists.ListParams, Depends(lists.parameters(LIST))]
) -> Response:
    """Imports and dry runs, newest first."""
    return await lists.page(session, repository.visible_to(actor), LIST, params)


@router.get("/kinds")
async def list_kinds(actor: CanImport) -> ImportKinds:
    """What can be imported, with the fields of each kind, required ones first."""
    return ImportKinds(
        items=[
            ImportKindOut(
                name=subject.kind,
                about=subject.about,
                one_of=list(subject.one_of),
                fields=[ImportFieldOut(name=f.name, required=f.required, help=f.help) for f in subject.fields],
            )
            for subject in SUBJECTS.values()
            if subject.kind not in closed_to(actor)
        ]
    )


@router.post(
    "",
    status_code=201,
    responses=documented(Forbidden, NotFound, Conflict),
    openapi_extra={"requestBody": {"content": {"multipart/form-data": {"example": EXAMPLE}}}},
)
async def start_import(
    request: Request,
    actor: CanImport,
    session: WriteSession,
    clock: AppClock,
    response: Response,
    kind: Annotated[Kind, Form()],
    file: Annotated[UploadFile | None, File(description="CSV, Excel (.xlsx) or Parquet, up to 100 MiB.")] = None,
    again: Annotated[UUID | None, Form(description="In place of a file: the dry run whose file is read again.")] = None,
    options: Annotated[str, Form(max_length=20_000, description="JSON; see ImportOptions.")] = "{}",
    dry_run: Annotated[bool, Form()] = False,
    _: IdempotencyKey = None,
) -> ImportRunOut:
    """Load a CSV, Excel or Parquet file; silent, repeatable, and all or nothing.

    Multipart fields: `kind` (see `GET /v1/imports/kinds`), `file` or `again`, `options` (JSON: `map`, `set`, `locale`,
    `sheet`, `create_missing`, `skip_bad`, `guess`) and `dry_run`. The answer is the import; while its `status` is
    `running`, poll `GET /v1/imports/{id}` for `done_rows` of `total_rows`. It ends as `done`, or as `failed` with
    nothing written: `result.errors` tells line, column and reason of each bad row. A small file is done before the
    answer leaves. The run's row is committed before the import begins, apart from the import itself, so that others
    see it. The file of a dry run is kept for a day.
    """
    if kind in closed_to(actor):
        raise Forbidden("Who brings in users has the right to invite them.")
    chosen = _options(options, dry_run=dry_run)
    name, content, file_id = await _content(session, actor, file, again)
    run_id = new_id()
    tenant, secret_key = database.of(request), request.app.state.settings.secret_key
    async with tenant.begin(actor.workspace_id) as apart:
        if chosen.dry_run and file_id is None:
            file_id = new_id()
            apart.add(ImportFile(id=file_id, workspace_id=actor.workspace_id, name=name, content=content))
        apart.add(
            ImportRun(
                id=run_id, workspace_id=actor.workspace_id, kind=kind.value, file_name=name, file_id=file_id,
                dry_run=chosen.dry_run, status="running", started_by=actor.user_id,
            )
        )  # fmt: skip
    work = asyncio.create_task(service.run(tenant, clock, actor, run_id, kind, name, content, chosen, secret_key))
    _running.add(work)
    work.add_done_callback(_running.discard)
    await asyncio.wait({work}, timeout=PATIENCE)
    response.headers["Location"] = f"/v1/imports/{run_id}"
    return await _answer(session, await repository.get(session, actor, run_id))


@router.get("/{import_id}", responses=documented(NotFound))
async def read_import(actor: CanImport, session: ReadSession, import_id: UUID) -> ImportRunOut:
    """How far an import is, or what came of it."""
    return await _answer(session, await repository.get(session, actor, import_id))


async def _answer(session: AsyncSession, run: ImportRun) -> ImportRunOut:
    found = ImportRunOut.model_validate(run)
    return found.model_copy(update={"can_repeat": await repository.is_kept(session, run)})


async def _content(
    session: AsyncSession, actor: Actor, file: UploadFile | None, again: UUID | None
) -> tuple[str, bytes, UUID | None]:
    """Name and bytes of what is sent, or of what a dry run kept, with that file's id."""
    if (file is None) == (again is None):
        raise Malformed("Send a file, or name the dry run whose file to read again.", fields=[("file", "is required")])
    if again is not None:
        kept = await repository.kept_file(session, actor, again)
        if kept is None:
            raise FileGone("The file of this import is no longer kept. Send it again.", fields=[("again", "is gone")])
        return kept.name, kept.content, kept.id
    assert file is not None
    content = await file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise Malformed("The file is larger than 100 MiB.", fields=[("file", "is too large")])
    return (file.filename or "upload.csv").replace("\x00", "").rsplit("/", 1)[-1][:200], content, None


def _options(text: str, *, dry_run: bool) -> ImportOptions:
    try:
        chosen = ImportOptions.model_validate_json(text)
    except ValidationError as error:
        found = [(".".join(map(str, ["options", *each["loc"]])), each["msg"]) for each in error.errors()]
        raise Malformed("The options are wrong.", fields=found) from None
    return chosen.model_copy(update={"dry_run": chosen.dry_run or dry_run})
