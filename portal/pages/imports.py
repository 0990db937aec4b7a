"""Imports: a file is looked at first, its columns mapped, and only then written. Every step is a page of its own."""

import asyncio
import json
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.responses import Response

from imisofts.access import Action
from portal import export, lists, tables
from portal.door import Json, Problem
from portal.forms import Form, typed, with_problem
from portal.language import gettext as _
from portal.pages import import_run
from portal.pages.import_words import import_kind, import_locales, import_status
from portal.tables import Column
from portal.web import Page, Visit
from portal.words import Status

LARGEST_FILE = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Run:
    """An import or a dry run in the history; counts are empty until it is done."""

    id: str
    kind: str
    file_name: str
    dry_run: bool
    status: Status
    created: int | None
    changed: int | None
    unchanged: int | None
    kept: int | None
    skipped: int | None
    at: str
    finished_at: str

    @classmethod
    def of(cls, row: Json) -> "Run":
        """From an API object."""
        return cls(
            id=str(row["id"]),
            kind=import_kind(row["kind"]),
            file_name=row["file_name"],
            dry_run=bool(row["dry_run"]),
            status=import_status(row["status"], dry_run=bool(row["dry_run"])),
            created=row.get("created"),
            changed=row.get("changed"),
            unchanged=row.get("unchanged"),
            kept=row.get("kept"),
            skipped=row.get("skipped"),
            at=row.get("created_at") or "",
            finished_at=row.get("finished_at") or "",
        )


@dataclass(frozen=True, slots=True)
class ImportsPage:
    """The upload form and what was imported before."""

    state: lists.ListState
    table: tables.Table
    rows: tuple[Run, ...]
    form: Form
    kinds: tuple[lists.Choice, ...]
    locales: tuple[lists.Choice, ...]


def _state(visit: Visit) -> lists.ListState:
    """``rows`` are what the rows of a file are: ``kind`` is that of the form above the list."""
    sortable = ("created_at", "kind")
    return lists.read(
        visit.request, "/imports", filters=("rows", "status"), sortable=sortable, default_sort="-created_at"
    )


def _query(state: lists.ListState) -> dict[str, str]:
    asked = {"kind": state.filters["rows"], "cursor": state.cursor}
    ends = {"looked": ("done,failed", "true"), "imported": ("done", "false"), "failed": ("failed", "false")}
    if state.filters["status"] in ends:
        asked["status"], asked["dry_run"] = ends[state.filters["status"]]
    query = {"sort": state.sort, "limit": str(lists.LIMIT)}
    return query | {name: value for name, value in asked.items() if value}


def _columns() -> tuple[Column, ...]:
    return (
        Column("file_name", _("File"), fixed=True),
        Column("kind", _("Rows are"), sort=True),
        Column("status", _("Status")),
        Column("created", _("New"), numeric=True),
        Column("changed", _("Changed"), numeric=True),
        Column("unchanged", _("Unchanged"), numeric=True),
        Column("kept", _("Kept"), numeric=True),
        Column("skipped", _("Bad"), numeric=True, usual=False),
        Column("created_at", _("When"), sort=True),
        Column("finished_at", _("Finished"), usual=False),
    )


async def export_imports(visit: Visit) -> Response:
    """The same rows as CSV or Excel."""
    rows = await export.all_rows(visit.api, "/imports", _query(_state(visit)))
    columns = {
        "file_name": _("File"),
        "kind": _("Rows are"),
        "dry_run": _("Only looked at"),
        "status": _("Status"),
        "total_rows": _("Rows"),
        "created": _("New"),
        "changed": _("Changed"),
        "unchanged": _("Unchanged"),
        "kept": _("Kept"),
        "skipped": _("Bad"),
        "created_at": _("When"),
        "finished_at": _("Finished"),
    }
    return export.table_file(visit, "imports", columns, rows)


async def show_imports(visit: Visit) -> Response:
    """Upload, and the history; other pages lead here with a kind that is chosen already."""
    return await _imports(visit, Form({"kind": visit.request.query_params.get("kind", "")}))


async def _imports(visit: Visit, form: Form, status: int = 200) -> Response:
    state = _state(visit)
    answer, kinds, table = await asyncio.gather(
        visit.api.get("/imports", params=_query(state)),
        visit.api.get("/imports/kinds"),
        tables.of(visit, state, _columns()),
    )
    page = ImportsPage(
        state=lists.moved(state, answer.next_cursor),
        table=table,
        rows=tuple(Run.of(row) for row in answer.items),
        form=form,
        kinds=tuple(lists.Choice(row["name"], import_kind(row["name"])) for row in kinds.items),
        locales=import_locales(),
    )
    return visit.page("imports/list.html", page, status)


async def look_at(visit: Visit) -> Response:
    """Take a file and show what it would do: a dry run with the columns guessed."""
    form = typed(visit.sent.multi_items())
    file = visit.sent.get("file")
    if not form.value("kind"):
        form = form.failed("kind", _("Choose what the rows are."))
    if not isinstance(file, UploadFile) or not file.filename:
        form = form.failed("file", _("Choose a file."))
    if form.ok:
        assert isinstance(file, UploadFile)
        options = {"guess": True, "locale": form.value("locale") or None}
        sent = {"kind": form.value("kind"), "options": json.dumps(options), "dry_run": "true"}
        try:
            answer = await visit.api.upload("/imports", sent, (file.filename or "file", await file.read()))
            return visit.leave(f"/imports/{answer.object['id']}")
        except Problem as problem:
            if problem.status not in {409, 413, 422}:
                raise
            form = with_problem(form, problem.detail, problem.fields, ("kind", "file", "locale"))
    return await _imports(visit, form, 422)


ROUTES = (
    Page("/imports", show_imports, action=Action.import_run),
    Page("/imports.csv", export_imports, action=Action.import_run),
    Page("/imports", look_at, ("POST",), action=Action.import_run, largest=LARGEST_FILE + 1024 * 1024),
    *import_run.ROUTES,
)
