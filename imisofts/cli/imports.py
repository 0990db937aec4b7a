"""`imisofts import`."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text
from typer.core import TyperCommand

from api.imports.schemas import Kind, Locale
from imisofts.cli import output
from imisofts.cli.house import open_house, pairs
from imisofts.errors import OperatorError
from imisofts.operator import Api

_SHOWN_ERRORS = 20


class ImportCommand(TyperCommand):
    """The command whose help lists every kind with its fields, from the kinds themselves (loaded only for help)."""

    def get_help(self, ctx: Any) -> str:
        """The help text."""
        from api.imports.kinds import SUBJECTS

        kinds = "\n\n".join(f"{subject.kind}: {subject.usage}" for subject in SUBJECTS.values())
        after = "Fields before the semicolon are required. Importing a file twice changes nothing."
        self.help = f"{self.help}\n\n{kinds}\n\n{after}"
        return super().get_help(ctx)


class _Rate(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} rows/s" if task.speed else "")


def import_file(
    kind: Annotated[Kind, typer.Argument(help="What the rows are.")],
    file: Annotated[
        Path,
        typer.Argument(help="CSV, Excel (.xlsx) or Parquet; its first row names columns.", exists=True, dir_okay=False),
    ],
    workspace: Annotated[str, typer.Option("--workspace", help="The agency's slug.")],
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", help="field=Column, again and again; `external_id=@row` takes file name and line."),
    ] = None,
    fixed: Annotated[
        list[str] | None, typer.Option("--set", help="field=value for every row, again and again.")
    ] = None,
    create_missing: Annotated[
        bool, typer.Option("--create-missing", help="Make rows that are referred to and not there.")
    ] = False,
    locale: Annotated[
        Locale | None, typer.Option("--locale", help="How numbers and dates are written; else 1234.50 and 2026-10-31.")
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="An Excel file's sheet; else its first.")] = None,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad rows out instead of stopping.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, change nothing.")] = False,
) -> None:
    """Load a CSV, Excel or Parquet file through the API: silent, repeatable, nothing written when a row is bad."""
    options: dict[str, Any] = {
        "map": pairs(mapping or (), "--map"),
        "set": pairs(fixed or (), "--set"),
        "locale": locale,
        "sheet": sheet,
        "create_missing": create_missing,
        "skip_bad": skip_bad,
    }
    with open_house() as settings, Api(settings, workspace) as api, _bar(file.name) as bar:
        task = bar.add_task(file.name, total=None)
        run = api.upload(
            kind.value,
            file.name,
            file.read_bytes(),
            options,
            dry_run=dry_run,
            progress=lambda done, total: bar.update(task, completed=done, total=total or None),
        )
    _print(run, dry_run=dry_run)


def _bar(_name: str) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), MofNCompleteColumn(), _Rate())
    return Progress(*columns, TimeRemainingColumn(), console=output.error_console)


def _print(run: dict[str, Any], *, dry_run: bool) -> None:
    result = run.get("result") or {}
    counts = {name: value for name, value in result.items() if isinstance(value, int)}
    errors = result.get("errors") or []
    for error in errors[:_SHOWN_ERRORS]:
        output.note(f"line {error.get('line')}, {error.get('column')}: {error.get('reason')}")
    if len(errors) > _SHOWN_ERRORS:
        output.note(f"… and {len(errors) - _SHOWN_ERRORS} more")
    for row in (result.get("kept_rows") or [])[:_SHOWN_ERRORS]:
        output.note(f"line {row.get('line')}, {row.get('external_id')}: kept, {row.get('reason')}")
    for note in result.get("notes") or []:
        output.note(note)
    counts |= {f"{name} created": value for name, value in (result.get("referred") or {}).items() if name != "client"}
    words = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in counts.items())
    output.result(f"{'dry run, nothing written: ' if dry_run else ''}{words or run.get('status')}")
    if run.get("status") == "failed":
        raise OperatorError(str(result.get("detail") or "Nothing was imported; correct the file, or use --skip-bad."))
