"""What stops the loader. Each is loud and names the thing: a lake that quietly stays behind is worse than none."""


class ReplicationError(Exception):
    """Replication cannot go on; the sentence says why and what to do."""


class PublicationMissing(ReplicationError):
    """The publication does not exist or is empty: nothing would be replicated, silently."""


class SlotLost(ReplicationError):
    """The replication slot is gone or its WAL was removed: changes are missing for good."""


class SourceChanged(ReplicationError):
    """The lake was filled from another server, timeline or slot than the one we are connected to."""


class TableUnsupported(ReplicationError):
    """A replicated table has a column or a key that cannot be carried exactly."""


class CopyIncomplete(ReplicationError):
    """The copy holds another number of rows than the source: row security or a race hid some."""


class UnknownChange(ReplicationError):
    """The decoding plugin sent something that cannot be applied exactly."""
