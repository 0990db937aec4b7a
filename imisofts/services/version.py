"""The data folder's version: an older one is upgraded, a newer one is refused in one clear line."""

from pathlib import Path

from imisofts.errors import OperatorError

DATA_VERSION = 2
"""Raised with every release that changes what lies in the folder, the databases' schema included."""


def of(home: Path) -> int:
    """The version that wrote the folder; ours where nobody has."""
    file = home / "version"
    if not file.exists():
        return DATA_VERSION
    text = file.read_text(encoding="utf-8").strip()
    if not text.isdigit():
        raise OperatorError(f"{file} should hold a number, not {text!r}.")
    return int(text)


def check(home: Path) -> None:
    """Refuse a data folder written by a newer imisofts; mark a new one."""
    found = of(home)
    if found > DATA_VERSION:
        raise OperatorError(
            f"The data folder {home} is of version {found}, newer than this imisofts (version {DATA_VERSION}):"
            " use the newer imisofts, or another IMISOFTS_HOME."
        )
    if not (home / "version").exists():
        mark(home)


def mark(home: Path) -> None:
    """The folder is ours now."""
    fresh = home / "version.new"
    fresh.write_text(f"{DATA_VERSION}\n", encoding="utf-8")
    fresh.replace(home / "version")
