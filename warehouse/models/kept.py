"""What a build computed, kept for the next one: the scratch file of the newest publication.

A model that no changed row leads to has there the rows that it would have again. Whoever builds takes the file away
(one rename), works in it, and gives it back when what it holds is published: a build that fails, is killed, or is
published by somebody else leaves nothing behind that a later one could mistake for the present.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from imisofts.settings import Settings

_PREFIX = "kept-"


@dataclass(frozen=True)
class Stand:
    """Which publication's rows a kept file holds, and by which models."""

    publication: int
    lake_snapshot: int
    models: str
    data_at: datetime | None

    @property
    def folder(self) -> str:
        dated = "" if self.data_at is None else f"{self.data_at.astimezone(UTC):%Y%m%d%H%M%S%f}"
        return f"{_PREFIX}{self.publication}-{self.lake_snapshot}-{dated}-{self.models}-{duckdb.__version__}"


def root(settings: Settings) -> Path:
    folder = settings.home / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def take(settings: Settings, stand: Stand, scratch: Path) -> bool:
    """Move what is kept of this publication to where a build works; False where nothing is."""
    folder = root(settings) / stand.folder
    if not folder.exists():
        return False
    scratch.parent.rmdir()
    folder.rename(scratch.parent)
    return True


def give(settings: Settings, stand: Stand, scratch: Path) -> None:
    """Keep a scratch whose marts have just been published as this publication."""
    scratch.parent.rename(root(settings) / stand.folder)


def sweep(settings: Settings, current: Stand | None) -> None:
    """Drop what killed builds left and what is kept of other publications; called while no build can run."""
    for folder in root(settings).glob("*"):
        if current is None or folder.name != current.folder:
            shutil.rmtree(folder, ignore_errors=True)
