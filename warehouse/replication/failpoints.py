"""Named lines where a test may stop the loader or the publisher, so that "exactly once" is shown, not believed."""

import os
import signal

ENVIRONMENT = "IMISOFTS_FAILPOINT"
FIRST_LOAD = ("slot_made", "snapshot_exported", "mid_copy", "copy_done")
STREAMING = ("decoded", "staged")
COMMIT = ("before_lake_commit", "after_lake_commit", "before_acknowledgement", "after_acknowledgement")
PUBLISHING = ("before_publication_commit", "after_publication_commit")
NAMES = (*FIRST_LOAD, *STREAMING, *COMMIT, *PUBLISHING)


class FailpointReached(Exception):
    """Raised instead of a kill where ``IMISOFTS_FAILPOINT=name:raise``."""


def reach(name: str) -> None:
    """Pass the line called ``name``: nothing happens unless the environment asks for a kill or an exception."""
    wanted, _, action = os.environ.get(ENVIRONMENT, "").partition(":")
    if wanted != name:
        return
    if action == "raise":
        raise FailpointReached(name)
    os.kill(os.getpid(), signal.SIGKILL)
