"""How long an office lasts: as long as one job, or as the worker that keeps it."""

import asyncio

from api.reports.office import kept, opened
from imisofts.settings import Settings


def test_what_is_kept_is_opened_once(settings: Settings) -> None:
    async def offices() -> list[object]:
        async with opened(settings) as before:
            async with kept(settings):
                async with opened(settings) as first, first.database.begin(None, read_only=True):
                    pass
                async with opened(settings) as second, second.database.begin(None, read_only=True):
                    pass  # what the first job used is still open
            async with opened(settings) as after:
                return [before, first, second, after]

    before, first, second, after = asyncio.run(offices())
    assert first is second
    assert len({id(before), id(first), id(after)}) == 3


def test_a_job_in_a_task_of_its_own_finds_what_is_kept(settings: Settings) -> None:
    async def job() -> int:
        async with opened(settings) as office:
            return id(office)

    async def worker() -> list[int]:
        async with kept(settings):
            return [await asyncio.create_task(job()), await asyncio.create_task(job())]

    one, other = asyncio.run(worker())
    assert one == other
