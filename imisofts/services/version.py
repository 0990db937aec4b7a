"""The data folder's version: an older one is upgraded, a newer one is refused in one clear line."""

from pathlib import Path

from imisofts.errors import OperatorError

DATA_VERSION = 1


def check(home: Path) -> None:
    """Refuse a data folder written by a newer imisofts; mark a new one."""
    file = home / "version"
    if not file.exists():
        file.write_text(f"{DATA_VERSION}\n", encoding="utf-8")
        return
    text = file.read_text(encoding="utf-8").strip()
    if not text.isdigit():
        raise OperatorError(f"{file} should hold a number, not {text!r}.")
    if int(text) > DATA_VERSION:
        raise OperatorError(
            f"The data folder {home} is of version {text}, newer than this imisofts (version {DATA_VERSION}):"
            " use the newer imisofts, or another IMISOFTS_HOME."
        )
