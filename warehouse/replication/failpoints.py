"""Named lines where a test may stop loader, builder or publisher, so that "exactly once" is shown, not believed."""

import contextlib
import os
import signal
import socket
from pathlib import Path

ENVIRONMENT = "IMISOFTS_FAILPOINT"
COPYING = ("slot_made", "snapshot_exported", "mid_ddl", "file_written", "mid_copy", "copy_done")
STREAMING = ("decoded", "staged")
COMMIT = ("before_lake_commit", "after_lake_commit", "before_acknowledgement", "after_acknowledgement")
BUILDING = ("mid_part",)
PUBLISHING = ("before_publication_commit", "after_publication_commit")
MAINTENANCE = ("mid_maintenance",)
NAMES = (*COPYING, *STREAMING, *COMMIT, *BUILDING, *PUBLISHING, *MAINTENANCE)


class FailpointReached(Exception):
    """Raised instead of a kill where ``IMISOFTS_FAILPOINT=name:raise``."""


def reach(name: str) -> None:
    """Pass the line called ``name``: nothing happens unless the environment asks for a kill, an exception, or a cut.

    ``kill`` ends the process as kill -9 does; ``raise`` raises here; ``cut`` shuts down every socket of the
    process, and the code runs on.
    """
    wanted, _, action = os.environ.get(ENVIRONMENT, "").partition(":")
    if wanted != name:
        return
    if action == "raise":
        raise FailpointReached(name)
    if action == "cut":
        cut_sockets()
        return
    os.kill(os.getpid(), signal.SIGKILL)


def cut_sockets() -> None:
    """Shut down every socket that this process has open, whichever library opened it."""
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            if entry.readlink().name.startswith("socket:"):
                with socket.socket(fileno=os.dup(int(entry.name))) as end:
                    end.shutdown(socket.SHUT_RDWR)
