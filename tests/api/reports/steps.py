"""What every test of deliveries does: ask for a report, read what became of it, set how reports are made."""

from collections.abc import Callable
from io import BytesIO
from uuid import UUID

from pypdf import PdfReader
from sqlalchemy import text

from api.kit.concurrency import etag
from api.reports import preferences, repository, service
from api.reports.models import ReportDelivery
from api.reports.office import Office, system
from api.reports.schemas import EVERY, ReportCreate, ReportSettingsSet
from tests.api.reports.conftest import Agency

Make = Callable[..., Agency]


async def ask(office: Office, agency: Agency, *, deliver: bool = True) -> UUID:
    async with office.database.begin(agency.id) as session:
        given = ReportCreate(client="C-1", period="2026-10", deliver=deliver)
        return (await service.request(session, system(agency.id), given)).id


async def row_of(office: Office, agency: Agency, report_id: UUID) -> ReportDelivery:
    async with office.database.begin(agency.id, read_only=True) as session:
        return await repository.get(session, system(agency.id), report_id, whole=True)


async def jobs_of(office: Office, report_id: UUID) -> int:
    async with office.database.begin(None, read_only=True) as session:
        query = text("select count(*) from queue.procrastinate_jobs where args ->> 'report_id' = :id")
        return int(await session.scalar(query, {"id": str(report_id)}) or 0)


async def event_names(office: Office, agency: Agency, report_id: UUID) -> list[str]:
    async with office.database.begin(agency.id, read_only=True) as session:
        query = text("select name from event where subject_id = :id order by id")
        return list(await session.scalars(query, {"id": report_id}))


async def prefer(office: Office, agency: Agency, **given: object) -> None:
    """Set how the client's reports are made."""
    usual = {"sections": list(EVERY), "locale": "en_GB", "cadence": "monthly", "review": False}
    async with office.database.begin(agency.id) as session:
        actor = system(agency.id)
        now = await preferences.read(session, actor, agency.client_id)
        wanted = ReportSettingsSet.model_validate({**usual, **given})
        await preferences.change(session, actor, agency.client_id, wanted, etag(now.version))


def text_of(row: ReportDelivery) -> str:
    assert row.pdf is not None
    said = " ".join(page.extract_text() for page in PdfReader(BytesIO(row.pdf)).pages)
    return " ".join(said.split())
