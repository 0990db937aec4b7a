"""One import: how far it is, what it would do or did, its columns mapped anew, and carried out."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from imisofts.access import Action
from portal import lists
from portal.door import Json
from portal.foreign import sentence
from portal.forms import Form, typed
from portal.language import gettext as _
from portal.language import money, number
from portal.pages.import_words import column_words, import_kind, import_locales, import_status
from portal.refusals import or_back
from portal.web import Page, Visit
from portal.words import Status


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of the diff: what a field holds and what it would hold; ``old`` is empty for a new row."""

    line: int
    name: str
    is_new: bool
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Complaint:
    """A row that is bad, or kept as it is here, and why."""

    line: int
    about: str
    reason: str


@dataclass(frozen=True, slots=True)
class MappedField:
    """A field of the kind, the column chosen for it, and what stands in the file's first rows there."""

    name: str
    required: bool
    help: str
    column: str
    fixed: str
    sample: str


@dataclass(frozen=True, slots=True)
class ImportPage:
    """One run: while it goes on, how far it is; then what came of it or would come."""

    id: str
    kind: str
    file_name: str
    dry_run: bool
    status: Status
    running: bool
    done_rows: int
    total_rows: int
    detail: str
    counts: tuple[tuple[str, int], ...]
    would_write: int
    bad_rows: int
    referred: tuple[str, ...]
    notes: tuple[str, ...]
    differences: tuple[Difference, ...]
    errors: tuple[Complaint, ...]
    kept: tuple[Complaint, ...]
    fields: tuple[MappedField, ...]
    columns: tuple[str, ...]
    sheets: tuple[str, ...]
    sheet: str
    locale: str
    locales: tuple[lists.Choice, ...]
    create_missing: bool
    may_repeat: bool


async def show_import(visit: Visit) -> Response:
    """One run."""
    run = (await visit.api.get(f"/imports/{visit.request.path_params['id']}")).object
    kinds = await visit.api.get("/imports/kinds")
    kind = next(row for row in kinds.items if row["name"] == run["kind"])
    return visit.page("imports/run.html", _page(run, kind))


def _page(run: Json, kind: Json) -> ImportPage:
    result, options, shape = run.get("result") or {}, run.get("options") or {}, run.get("shape") or {}
    errors = [Complaint(e["line"], e["column"], sentence(e["reason"])) for e in result.get("errors", ())]
    kept = [Complaint(row["line"], row["external_id"], sentence(row["reason"])) for row in result.get("kept_rows", ())]
    return ImportPage(
        id=str(run["id"]),
        kind=import_kind(run["kind"]),
        file_name=run["file_name"],
        dry_run=bool(run["dry_run"]),
        status=import_status(run["status"], dry_run=bool(run["dry_run"])),
        running=run["status"] == "running",
        done_rows=run["done_rows"],
        total_rows=run["total_rows"],
        detail=sentence(result.get("detail") or ""),
        counts=_counts(result, done=run["status"] == "done"),
        would_write=(result.get("created") or 0) + (result.get("changed") or 0),
        bad_rows=result.get("skipped") or 0,
        referred=tuple(f"{number(n)} × {table.replace('_', ' ')}" for table, n in result.get("referred", {}).items()),
        notes=tuple(sentence(note) for note in result.get("notes", ())),
        differences=tuple(_difference(row) for row in result.get("preview", ())),
        errors=tuple(errors),
        kept=tuple(kept),
        fields=_fields(kind, options, shape),
        columns=tuple(column["name"] for column in shape.get("columns", ())),
        sheets=tuple(shape.get("sheets", ())),
        sheet=options.get("sheet") or "",
        locale=options.get("locale") or "",
        locales=import_locales(),
        create_missing=bool(options.get("create_missing")),
        may_repeat=bool(run.get("can_repeat")) and bool(run["dry_run"]),
    )


def _counts(result: Json, *, done: bool) -> tuple[tuple[str, int], ...]:
    if not done:
        return ()
    labels = {
        "created": _("New"),
        "changed": _("Changed"),
        "unchanged": _("Unchanged"),
        "kept": _("Kept as here"),
        "skipped": _("Bad"),
    }
    return tuple((label, result.get(name) or 0) for name, label in labels.items())


def _difference(row: Json) -> Difference:
    before, after = row.get("before") or {}, row["after"]
    is_new = row["action"] == "create"
    currency = after.get("currency") or before.get("currency") or ""
    names = [name for name in after if name != "external_id" and (is_new or before.get(name) != after[name])]
    changes = [
        (
            column_words(name),
            "" if is_new else _shown(name, before.get(name), currency),
            _shown(name, after[name], currency),
        )
        for name in names
    ]
    return Difference(row["line"], str(row["external_id"]), is_new, tuple(changes))


def _shown(column: str, value: Any, currency: str) -> str:
    """A column's value in words; what it refers to is named in the file."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if column.endswith("_id"):
        return _("as in the file")
    if column.endswith("_minor") and currency:
        return money(int(value), currency)
    text = str(value)
    plain = "." in text and text.replace(".", "", 1).replace("-", "", 1).isdigit()
    return number(text) if plain else text


def _fields(kind: Json, options: Json, shape: Json) -> tuple[MappedField, ...]:
    mapped: Mapping[str, str] = options.get("map") or {}
    fixed: Mapping[str, str] = options.get("set") or {}
    samples = {column["name"]: ", ".join(filter(None, column["sample"])) for column in shape.get("columns", ())}
    found = []
    for field in kind["fields"]:
        name = field["name"]
        column = "" if name in fixed else mapped.get(name) or (name if name in samples else "")
        required = field["required"] or name in kind["one_of"][:1]
        found.append(
            MappedField(
                name, required, sentence(field["help"]), column, fixed.get(name, ""), samples.get(column, "")[:80]
            )
        )
    return tuple(found)


async def check_again(visit: Visit) -> Response:
    """The same file with another mapping."""
    run = (await visit.api.get(f"/imports/{visit.request.path_params['id']}")).object
    form = typed(visit.sent.multi_items())
    names = [name.removeprefix("map.") for name in form.values if name.startswith("map.")]
    return await _repeat(visit, run, _chosen(form, names), dry_run=True)


def _chosen(form: Form, names: Iterable[str]) -> dict[str, Any]:
    """The options that the form says: a fixed value goes before a column."""
    fixed = {name: form.value(f"set.{name}") for name in names if form.value(f"set.{name}")}
    mapped = {name: form.value(f"map.{name}") for name in names if form.value(f"map.{name}") and name not in fixed}
    return {
        "map": mapped,
        "set": fixed,
        "locale": form.value("locale") or None,
        "sheet": form.value("sheet") or None,
        "create_missing": bool(form.value("create_missing")),
    }


async def carry_out(visit: Visit) -> Response:
    """The import itself, exactly as the dry run read the file."""
    run = (await visit.api.get(f"/imports/{visit.request.path_params['id']}")).object
    options = {**(run.get("options") or {}), "guess": False, "dry_run": False}
    options["skip_bad"] = bool(visit.sent.get("skip_bad"))
    return await _repeat(visit, run, options, dry_run=False)


async def _repeat(visit: Visit, run: Json, options: Mapping[str, Any], *, dry_run: bool) -> Response:
    sent = {"kind": run["kind"], "again": run["id"], "options": json.dumps(options), "dry_run": str(dry_run).lower()}
    with or_back(f"/imports/{run['id']}"):
        answer = await visit.api.upload("/imports", sent)
    return visit.leave(f"/imports/{answer.object['id']}")


ROUTES = (
    Page("/imports/{id:uuid}", show_import, action=Action.import_run),
    Page("/imports/{id:uuid}/check", check_again, ("POST",), action=Action.import_run),
    Page("/imports/{id:uuid}/run", carry_out, ("POST",), action=Action.import_run),
)
