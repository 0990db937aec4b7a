"""Replication of the operational database into the lake: every change, exactly once, in commit order."""

from warehouse.replication.errors import ReplicationError, SlotLost, SourceChanged
from warehouse.replication.loader import Batch, beat, catch_up

__all__ = ["Batch", "ReplicationError", "SlotLost", "SourceChanged", "beat", "catch_up"]
