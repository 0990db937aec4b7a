"""Whether what we are connected to is still what the lake was filled from: server, timeline, slot, and past.

A copy of the server put back has the same identifier and the same timeline, and its transactions since then count the
positions that the lake has passed already: skipped as known, they would be missing, and nothing would look wrong.
"""

from warehouse.replication import slots, source
from warehouse.replication.errors import ANEW, SlotLost, SourceChanged
from warehouse.replication.pgoutput import Commit, decode
from warehouse.replication.slots import Slot, from_number
from warehouse.replication.source import Connection, Identity
from warehouse.replication.state import Watermark

_COMMITS = (
    "select data from pg_logical_slot_peek_binary_changes(%s, %s::pg_lsn, null,"
    " 'proto_version', '1', 'publication_names', %s) where get_byte(data, 0) = 67"
)


def require_same_server(found: Identity, identity: Identity, slot: Slot, acknowledged: str) -> None:
    """Raise where the server is another, or the slot stands where the lake never let it go."""
    if identity != found:
        raise SourceChanged(
            f"the lake was filled from server {identity.system_identifier} timeline {identity.timeline}, this is"
            f" {found.system_identifier} timeline {found.timeline}, another or a restored one: {ANEW}"
        )
    if slot.confirmed > acknowledged:
        raise SlotLost(
            f"slot {slot.name} stands at {slot.confirmed}, beyond {acknowledged} which the lake acknowledged:"
            f" it was made anew or moved, changes between are lost; {ANEW}"
        )


def require_head(head: str, reached: str) -> None:
    """Raise where the server has not written yet what the lake has read of it."""
    if head < reached:
        raise SourceChanged(
            f"the server's log ends at {head}, the lake has read it up to {reached}: it was restored to an earlier"
            f" time; {ANEW}"
        )


def require_same_past(connection: Connection, slot: Slot, mark: Watermark) -> None:
    """Raise where the log no longer holds the lake's last transaction; go on from it where it does.

    After a crash of the server its slot may stand at an earlier, saved position: the same transactions come again. So
    a slot behind the watermark proves nothing by itself; the transaction that the watermark names does.
    """
    if slot.confirmed >= mark.lsn:
        return
    slots.wait_until_free(connection, slot.name)
    for (data,) in slots.when_free(connection, _COMMITS, slot.name, mark.lsn, source.PUBLICATION):
        if _is_the_mark(bytes(data), mark):
            slots.acknowledge(connection, slot.name, mark.lsn)
            return
    raise SourceChanged(
        f"the server's log does not hold the lake's last transaction ({mark.lsn}, {mark.committed_at}): the server was"
        f" restored to an earlier time; {ANEW}"
    )


def _is_the_mark(data: bytes, mark: Watermark) -> bool:
    commit = decode(data)
    if not isinstance(commit, Commit):
        return False
    return from_number(commit.end_lsn) == mark.lsn and commit.committed_at == mark.committed_at
