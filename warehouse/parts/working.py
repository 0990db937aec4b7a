"""What the publisher and every builder do with a part that they have taken."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import time
from typing import TYPE_CHECKING

import duckdb

from warehouse.parts import board, building

if TYPE_CHECKING:
    from imisofts.settings import Settings
    from warehouse.parts.board import Catalogue, Part

_log = logging.getLogger("imisofts.builder")


def name() -> str:
    """This process among those that build."""
    return f"{socket.gethostname()}:{os.getpid()}"


def once(settings: Settings, catalogue: Catalogue) -> bool:
    """Take a part and build it; False where there is none to take."""
    with board.taken(catalogue) as part:
        if part is not None:
            _attempt(settings, catalogue, part)
    return part is not None


def _attempt(settings: Settings, catalogue: Catalogue, part: Part) -> None:
    started = time.perf_counter()
    try:
        folder = building.build(settings, part)
    except (duckdb.Error, building.PartFailed, OSError) as error:
        reason = f"{type(error).__name__}: {error}".strip()
        _log.error("part %d, %d workspaces: %s", part.id, len(part.workspaces), reason)
        board.failed(catalogue, part, reason)
        return
    if board.done(catalogue, part, folder, name()):
        seconds = time.perf_counter() - started
        _log.info("part %d, %d workspaces, built in %.1f s", part.id, len(part.workspaces), seconds)
    else:
        discard(folder)  # the publisher has gone; nobody would


def discard(folder: str) -> None:
    """Remove files of parts. In object storage hourly maintenance does: the catalogue has never heard of them."""
    if "://" not in folder:
        shutil.rmtree(folder, ignore_errors=True)
