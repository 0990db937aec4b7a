"""Where things are printed: results on standard output, the rest on standard error."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

error_console = Console(stderr=True, highlight=False)


def note(text: str) -> None:
    """One line of progress, on standard error."""
    error_console.print(text, markup=False, soft_wrap=True)


def result(text: str) -> None:
    """One line of result, on standard output."""
    sys.stdout.write(f"{text}\n")


def as_json(value: Any) -> None:
    """A result as JSON; dates, ids and decimals as text."""
    sys.stdout.write(json.dumps(value, indent=2, default=str, ensure_ascii=False) + "\n")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Sequence[str] = ()) -> None:
    """A result as a table for people; plain text where standard output is no terminal."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        shown.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        shown.add_row(*("" if cell is None else str(cell) for cell in row))
    wide = None if sys.stdout.isatty() else 200
    Console(highlight=False, markup=False, width=wide).print(shown)
