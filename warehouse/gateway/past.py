"""The other axis of a question: what had been recorded by an instant, or by a publication."""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from imisofts.settings import Settings
from warehouse import build, known, lake
from warehouse.gateway.answers import BadKnownAt, BeingPrepared, Known, KnownAt, NotKnown, Publication
from warehouse.gateway.reader import Clock, Pin, Reader
from warehouse.lake import literal

_NUMBER = re.compile(r"[0-9]{1,18}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TICK = timedelta(microseconds=1)
_SETTLED = timedelta(minutes=1)
"""Commits of one moment reach the log in nearly their order; so much later none of before comes any more."""
_REMEMBERED = 64


def known_at(text: str) -> KnownAt:
    """A date (to its end in the workspace's zone), an instant with its offset, or a publication's number.

    Raises :class:`BadKnownAt` for anything else.
    """
    try:
        if _NUMBER.fullmatch(text):
            return int(text)
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadKnownAt(
        f"“{text}” says no instant: write a day (2026-05-31), an instant with its offset (2026-05-31T17:00:00Z),"
        " or a publication's number."
    )


class Past:
    """Marts as they were known, attached as they are asked for. Thread-safe; one per gateway."""

    def __init__(self, settings: Settings, reader: Reader, now: Clock) -> None:
        self._settings = settings
        self._reader = reader
        self._now = now
        self._lock = threading.Lock()
        self._pins: OrderedDict[Path, Pin] = OrderedDict()
        self._points: OrderedDict[datetime | int, known.Point] = OrderedDict()

    def close(self) -> None:
        """Let every file go."""
        with self._lock:
            for pin in self._pins.values():
                pin.close()
            self._pins.clear()

    def pin(self, asked: KnownAt, zone: ZoneInfo, publication: Publication) -> Pin:
        """What was known then, beside the newest publication. Raises :class:`BeingPrepared` where it has to be built
        first, and :class:`BadKnownAt` where nothing is on record."""
        moment = self._moment(asked, zone)
        point = self._point(moment)
        try:
            file = known.find(self._settings, point)
        except known.CannotBeBuilt as error:
            raise NotKnown(str(error)) from error
        if file is None:
            raise BeingPrepared(moment)
        with self._lock:
            if (held := self._pins.get(file)) is None or held.lost:
                self._pins[file] = Pin(publication, _opened(file, moment), _facts(moment, point))
                while len(self._pins) > known.KEPT:
                    self._pins.popitem(last=False)
            self._pins.move_to_end(file)
            return self._pins[file]

    def prepare(self, asked: datetime | int, waiting: Callable[[], None]) -> None:
        """Build what was known at a moment that :class:`BeingPrepared` named, if nobody did meanwhile."""
        try:
            known.prepare(self._settings, self._point(asked), waiting)
        except known.CannotBeBuilt as error:
            raise NotKnown(str(error)) from error

    def _moment(self, asked: KnownAt, zone: ZoneInfo) -> datetime | int:
        """A day is known to its end; what has not come yet is known to nobody."""
        if isinstance(asked, int):
            return asked
        if not isinstance(asked, datetime):
            asked = _end_of(asked, zone)
        if asked > self._now():
            raise BadKnownAt(f"{asked.isoformat()} has not come yet: nobody knows what will be recorded by then.")
        return asked

    def _point(self, moment: datetime | int) -> known.Point:
        """Looked up in the record, and remembered once the record has gone on: then it does not move any more."""
        with self._lock:
            if moment in self._points:
                return self._points[moment]
        try:
            point, settled = self._reader.look(lambda connection: _look_up(connection, moment))
        except lake.LakeError as error:
            raise BadKnownAt(str(error)) from error
        if settled:
            with self._lock:
                self._points[moment] = point
                while len(self._points) > _REMEMBERED:
                    self._points.popitem(last=False)
        return point


def _look_up(connection: duckdb.DuckDBPyConnection, moment: datetime | int) -> tuple[known.Point, bool]:
    """The point of a moment, and whether it is settled."""
    if isinstance(moment, int):
        return known.of_publication(connection, moment), True
    row = connection.execute("select max(committed_at) from lake.meta.watermark").fetchone()
    settled = row is not None and row[0] is not None and row[0] - moment > _SETTLED
    return known.at(connection, moment), settled


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    """The day's last instant in the zone."""
    try:
        return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC) - _TICK
    except OverflowError as error:
        raise BadKnownAt(f"{day} lies beyond every record.") from error


def _opened(file: Path, moment: datetime | int) -> duckdb.DuckDBPyConnection:
    """The marts under the lake's own name: every question, and the guard in it, is the same as on a publication."""
    connection = lake.bare()
    try:
        connection.execute(f"attach {literal(str(file))} as lake (read_only)")
    except duckdb.IOException as error:  # let go between finding and opening it
        connection.close()
        raise BeingPrepared(moment) from error
    return connection


def _facts(moment: datetime | int, point: known.Point) -> Known:
    return Known(
        known_at=point.recorded_at if isinstance(moment, int) else moment,
        publication_id=moment if isinstance(moment, int) else None,
        recorded_at=point.recorded_at,
        data_on=point.recorded_at.date(),
        source_lsn=point.lsn,
        metric_version=build.fingerprint(),
    )
