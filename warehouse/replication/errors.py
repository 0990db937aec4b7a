"""What stops the loader. Each is loud and names the thing: a lake that quietly stays behind is worse than none.

Every sentence ends in what mends it: a statement for the source, or one of `imisofts lake resync`, `verify`, `repair`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import psycopg

if TYPE_CHECKING:
    from imisofts.settings import Settings

ANEW = "`imisofts lake resync --all` loads the lake anew"


class ReplicationError(Exception):
    """Replication cannot go on; the sentence says why and what to do."""


class PublicationMissing(ReplicationError):
    """The publication does not exist, is empty or leaves changes out: they would go missing, silently."""


class SlotLost(ReplicationError):
    """The replication slot is gone or its WAL was removed: changes are missing for good."""


class SourceChanged(ReplicationError):
    """The lake was filled from another server, timeline, past or slot than the one we are connected to."""


class TableUnsupported(ReplicationError):
    """A replicated table has a column, a key or a replica identity that cannot be carried exactly."""


class TableUnknown(ReplicationError):
    """A table was named that the source does not publish."""


class CopyIncomplete(ReplicationError):
    """The copy holds another number of rows than the source: row security or a race hid some."""


class UnknownChange(ReplicationError):
    """The decoding plugin sent something that cannot be applied exactly."""


class LakeDamaged(ReplicationError):
    """Files or tables of the lake are gone: what it held cannot be read any more."""


class DiskFull(ReplicationError):
    """Nothing can be written; nothing of the batch is in the lake, and it is tried again."""


class Interrupted(ReplicationError):
    """A database went away in mid-work; nothing or all of the batch is in the lake, and it is tried again."""


_NO_SPACE = ("No space left", "File too large", "Disk quota", "out of disk")
_NO_FILE = ("No such file", "No files found", "Cannot open file")


def named(error: Exception, settings: "Settings") -> ReplicationError:
    """The error of a database or of the disk as one of ours, with what mends it. Passwords are in none of them."""
    said = " ".join(str(error).split())[:500] or type(error).__name__
    if isinstance(error, psycopg.errors.DiskFull) or any(words in said for words in _NO_SPACE):
        return DiskFull(f"the disk is full ({said}): make room, replication goes on by itself")
    if any(words in said for words in _NO_FILE):
        return files_missing(settings, said)
    if isinstance(error, duckdb.ConversionException):
        return UnknownChange(
            f"a value cannot be kept exactly ({said}): correct it in the source, then `imisofts lake resync TABLE`"
        )
    if isinstance(error, duckdb.CatalogException | duckdb.BinderException | duckdb.ConstraintException):
        return LakeDamaged(f"the lake is not as its books say ({said}): `imisofts lake resync TABLE` makes it so")
    return Interrupted(f"{said}: replication goes on by itself once every database answers")


def files_missing(settings: "Settings", what: str = "the folder is not there") -> LakeDamaged:
    """Where the lake's files are no longer where its catalogue says."""
    return LakeDamaged(f"files of the lake in {settings.lake_data_path} are missing ({what}): restore them, or {ANEW}")


def folder_is_missing(settings: "Settings") -> bool:
    """Whether the lake's local folder is gone; a bucket is asked by whoever reads it."""
    return "://" not in settings.lake_data_path and not Path(settings.lake_data_path).is_dir()
