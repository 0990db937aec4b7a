"""Replication of the operational database into the lake: every change, exactly once, in commit order."""

from warehouse.replication.errors import ReplicationError, SlotLost, SourceChanged
from warehouse.replication.loader import Batch, beat, catch_up
from warehouse.replication.progress import lake_snapshot
from warehouse.replication.sessions import Sessions
from warehouse.replication.verdicts import Standing, Verdict, Verification
from warehouse.replication.verifying import Repair, repair, resync_all, resync_tables, verify, verify_if_news

__all__ = [
    "Batch",
    "Repair",
    "ReplicationError",
    "Sessions",
    "SlotLost",
    "SourceChanged",
    "Standing",
    "Verdict",
    "Verification",
    "beat",
    "catch_up",
    "lake_snapshot",
    "repair",
    "resync_all",
    "resync_tables",
    "verify",
    "verify_if_news",
]
