"""Where a report stands, and where it may go from there. Pure.

With a review a report waits as *draft* for a person: approved, it leaves as it was read; withdrawn, it never does.
"""

from typing import Final

MOVES: Final[dict[str, frozenset[str]]] = {
    "queued": frozenset({"held", "draft", "built", "sending", "failed"}),
    "held": frozenset({"queued", "withdrawn"}),
    "draft": frozenset({"approved", "withdrawn"}),
    "approved": frozenset({"sending", "withdrawn", "failed"}),
    "withdrawn": frozenset(),
    "built": frozenset(),
    "sending": frozenset({"queued", "approved", "sent", "failed", "unknown"}),
    "sent": frozenset(),
    "failed": frozenset({"queued", "approved", "withdrawn"}),
    "unknown": frozenset({"sending", "sent"}),
}
"""The client sees its report from *sent* on."""


def can_move(status: str, to: str) -> bool:
    """Whether a report in ``status`` may become ``to``."""
    return to in MOVES[status]
