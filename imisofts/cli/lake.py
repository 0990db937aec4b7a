"""`imisofts lake …`: compare the lake with the source, mend it, and keep it small."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imisofts.cli import output
from imisofts.cli.house import open_house
from imisofts.errors import OperatorError
from imisofts.settings import Settings

if TYPE_CHECKING:
    from warehouse.replication import Batch, Verification

app = typer.Typer(no_args_is_help=True, help="The lake itself: compare it with the source, mend it, keep it small.")

Table = Annotated[str | None, typer.Argument(help="One replicated table; all of them when left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("verify")
def verify(
    table: Table = None,
    history: Annotated[bool, typer.Option("--history", help="Ask also whether history rebuilds the rows.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare source and lake row by row at one point, by key and row hash; exit code 1 when any row differs.

    The lake is brought to that point first. Writers wait meanwhile, readers do not. What is found is shown by
    `imisofts status` and the console; a difference holds reports back until `imisofts lake repair`.
    """
    from warehouse import replication

    with lake_of() as settings:
        found = replication.verify(settings, _named(table), history=history)
    if as_json:
        output.as_json(_as_json(found))
    else:
        _print(found)
    if not found.equal:
        raise typer.Exit(1)


@app.command("repair")
def repair(table: Table = None, as_json: AsJson = False) -> None:
    """Verify; copy anew the tables that differ; verify again. Exit code 1 when a row differs even then."""
    from warehouse import replication

    with lake_of() as settings:
        done = replication.repair(settings, _named(table))
    if as_json:
        output.as_json({"before": _as_json(done.before), "copied": done.copied, "after": _as_json(done.after)})
    else:
        _print(done.before)
        for name, rows in done.copied.items():
            output.result(f"copied anew: {name}, {rows} rows")
        if done.copied:
            _print(done.after)
    if not done.after.equal:
        raise typer.Exit(1)


@app.command("resync")
def resync(
    table: Annotated[str | None, typer.Argument(help="The replicated table to copy anew.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="The whole lake, from a fresh slot.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy a table anew at a point of its own, then verify it; exit code 1 when a row differs even then.

    `--all` is for a lost slot and a restored server: every table anew, from a fresh slot. Publications stay readable,
    and history goes on: it notes that the table was emptied and what was copied.
    """
    from warehouse import replication

    if (table is None) != everything:
        raise OperatorError("Say which table to copy anew, or --all.")
    with lake_of() as settings:
        batch = replication.resync_tables(settings, _named(table)) if table else replication.resync_all(settings)
        found = replication.verify(settings, _named(table))
    if as_json:
        output.as_json({"copied": batch.tables, "lsn": batch.lsn, "verified": _as_json(found)})
    else:
        _print_copied(batch)
        _print(found)
    if not found.equal:
        raise typer.Exit(1)


@app.command("maintain")
def maintain(as_json: AsJson = False) -> None:
    """Keep the lake small and quick; it is done every hour by itself.

    Rows that wait in the catalogue become files, dead rows and versions that nothing refers to go, small files are
    joined. Nobody who reads notices; what a question of the last hour may still need is kept.
    """
    from warehouse import maintenance

    with lake_of() as settings:
        done = maintenance.maintain(settings)
    if as_json:
        output.as_json(asdict(done))
    else:
        output.result(str(done))


@contextmanager
def lake_of() -> Iterator[Settings]:
    """The settings with the databases up; what stops replication is told in its own sentence."""
    from warehouse.lake import LakeError
    from warehouse.replication import ReplicationError

    with open_house() as settings:
        try:
            yield settings
        except (ReplicationError, LakeError) as error:
            raise OperatorError(str(error)) from error


def _named(table: str | None) -> tuple[str, ...]:
    return () if table is None else (table,)


def _as_json(found: "Verification") -> dict[str, Any]:
    return {**asdict(found), "equal": found.equal}


def _print(found: "Verification") -> None:
    rows = [(one.name, one.rows, one.missing, one.extra, one.different, one.told) for one in found.tables]
    counted = ("rows", "missing", "extra", "different")
    output.table(("table", *counted, "source and lake"), rows, numbers=counted)
    apart = sum(not one.equal for one in found.tables)
    told = "every row equal" if found.equal else f"{apart} of {len(found.tables)} tables differ: imisofts lake repair"
    output.result(f"at {found.lsn}: {told}")


def _print_copied(batch: "Batch") -> None:
    for name, rows in sorted(batch.tables.items()):
        output.result(f"copied anew: {name}, {rows} rows")
