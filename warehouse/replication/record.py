"""Reading the history: which rows a table had once every change up to a place was in.

A place is (epoch, position, ordinal): another server, or the same one restored, counts its positions anew, so the
epoch comes first.
"""

from collections.abc import Iterable

from warehouse.lake import literal, quoted

PLACE = "(coalesce(_epoch, 0), _lsn, _ordinal)"
"""SQL: where a row of the history stands in its order."""
_BEFORE_ALL = "(-1, '', -9)"


def standing(table: str, keys: Iterable[str], until: tuple[int, str] | None = None) -> str:
    """SQL, in brackets: the rows that a table's history leaves, all its columns, up to an epoch's position (all of it
    unless said).

    The last change of each key after the last truncate; a copy made later begins with a truncate of its own.
    """
    history = f"lake.history.{quoted(table)}"
    if until is not None:
        epoch, lsn = until
        history = f"(select * from {history} where (coalesce(_epoch, 0), _lsn) <= ({epoch:d}, {literal(lsn)}))"
    partition = ", ".join(quoted(key) for key in keys)
    return (
        f"(select * from (select * from {history} where _op <> 'truncate' and {PLACE} > coalesce("
        f"(select max({PLACE}) from {history} where _op = 'truncate'), {_BEFORE_ALL})"
        f" qualify row_number() over (partition by {partition} order by {PLACE} desc) = 1) where _op <> 'delete')"
    )
