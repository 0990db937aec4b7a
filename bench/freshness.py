"""How late the lake and its figures are while the product is written to all the time."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import duckdb
import psycopg

from bench.page import Page
from bench.programs import cpu_seconds, running
from imisofts.services import postgres
from imisofts.settings import Settings
from warehouse import lake

RATE, SECONDS, PATIENCE = 200, 60, 90
RAW_GOAL, PUBLISHED_GOAL = 5.0, 30.0
LOOK = 0.2
CHANGES = (
    "update time_entry set minutes = mod(minutes, 600) + 1",
    "update task set estimate_minutes = mod(coalesce(estimate_minutes, 60), 6000) + 1",
    "update ticket set reopened_count = mod(reopened_count + 1, 3)",
)
"""One row each, of tables that many marts are made of."""
_OF_ONE = "{}, version = version + 1 where id = %s returning pg_current_wal_insert_lsn()::text"
"""The place in the log is before the commit's own and after that of any earlier one."""
_SEEN = """select (select max(lsn) from lake.meta.watermark),
    (select source_lsn from lake.meta.publication order by id desc limit 1)"""


@dataclass
class Diary:
    """Commits (place in the log, instant) in their order, and the looks that found the lake at some place."""

    commits: list[tuple[int, float]] = field(default_factory=list)
    raw: list[tuple[int, float]] = field(default_factory=list)
    published: list[tuple[int, float]] = field(default_factory=list)

    def delays(self, looks: list[tuple[int, float]]) -> list[float]:
        """Seconds from each commit to the first look that found it, shortest first."""
        delays, number = [], 0
        for lsn, committed in self.commits:
            while looks[number][0] < lsn:
                number += 1
            delays.append(looks[number][1] - committed)
        return sorted(delays)


def measure(settings: Settings, page: Page) -> None:
    """Needs the sample agency with its figures published; the replication worker is the product's own program."""
    diary, done = Diary(), threading.Event()
    with running(settings, "replicate", settings.worker_url) as worker, _watching(settings, diary, done):
        _warm_up(settings, diary)
        before = cpu_seconds(*worker)
        _write(settings, diary)
        used = cpu_seconds(*worker) - before
        _wait_for_the_last(diary)
    rate = len(diary.commits) / (diary.commits[-1][1] - diary.commits[0][1])
    note = f"{rate:.0f} commits a second for {SECONDS} s, {len(diary.commits) / used:,.0f} a CPU second of the worker"
    _add(page, "raw", diary.delays(diary.raw), RAW_GOAL, note)
    shown = len({place for place, _ in diary.published}) - 1
    _add(page, "published", diary.delays(diary.published), PUBLISHED_GOAL, f"{shown} publications meanwhile")


def _add(page: Page, what: str, delays: list[float], goal: float, note: str) -> None:
    middle, late = delays[len(delays) // 2], delays[int(len(delays) * 0.95)]
    page.add(
        f"from commit to {what} at {RATE} changes a second, p95",
        f"{late:.1f} s",
        f"median {middle:.1f} s; {note}",
        goal=f"≤ {goal:.0f} s",
        met=late <= goal,
    )


def _warm_up(settings: Settings, diary: Diary) -> None:
    """The worker's first publication, for which it loads and parses what later ones find ready."""
    for _ in range(2):
        with _writer(settings) as write:
            for change in CHANGES:
                diary.commits.append((write(change), time.monotonic()))
        _wait_for_the_last(diary)
    for entries in (diary.commits, diary.raw, diary.published):
        entries.clear()


def _write(settings: Settings, diary: Diary) -> None:
    """One change a transaction, evenly."""
    chance = random.Random(1)
    with _writer(settings) as write:
        begun = time.monotonic()
        for number in range(RATE * SECONDS):
            time.sleep(max(0.0, begun + number / RATE - time.monotonic()))
            place = write(chance.choices(CHANGES, (6, 3, 1))[0])
            diary.commits.append((place, time.monotonic()))


@contextmanager
def _writer(settings: Settings) -> Iterator[Callable[[str], int]]:
    """Makes one of :data:`CHANGES` to some row and commits; answers its place in the log."""
    url = urlsplit(postgres.superuser_url(settings))._replace(path=urlsplit(settings.owner_database_url).path).geturl()
    chance = random.Random(2)
    with psycopg.connect(url, autocommit=True) as connection:
        tables = {change: change.split()[1] for change in CHANGES}
        ids = {
            change: [row[0] for row in connection.execute(f"select id from {table}".encode()).fetchall()]
            for change, table in tables.items()
        }

        def write(change: str) -> int:
            row = connection.execute(_OF_ONE.format(change).encode(), (chance.choice(ids[change]),)).fetchone()
            assert row is not None
            return _place(row[0])

        yield write


@contextmanager
def _watching(settings: Settings, diary: Diary, done: threading.Event) -> Iterator[None]:
    """A reader like any other asks the lake how far it is, a few times a second."""

    def watch() -> None:
        with lake.connect(settings) as reader:
            while not done.wait(LOOK):
                _look(reader, diary)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _look(reader: duckdb.DuckDBPyConnection, diary: Diary) -> None:
    row = reader.execute(_SEEN).fetchone()
    assert row is not None
    for looks, place in ((diary.raw, row[0]), (diary.published, row[1])):
        looks.append((_place(place), time.monotonic()))


def _wait_for_the_last(diary: Diary) -> None:
    until = time.monotonic() + PATIENCE
    while not diary.published or diary.published[-1][0] < diary.commits[-1][0]:
        if time.monotonic() > until:
            raise RuntimeError(f"a change had not been published {PATIENCE} s after it was made")
        time.sleep(LOOK)


def _place(lsn: object) -> int:
    """A place in the log as a number: ``1/2A`` is 2**32 + 42."""
    high, _, low = str(lsn).partition("/")
    return (int(high, 16) << 32) + int(low, 16)
