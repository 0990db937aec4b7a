"""The job that mails a request: a sign-up, a new address. It carries an id; the address stays in the row."""

import asyncio
import logging
from uuid import UUID

from sqlalchemy import text

from api.identity import repository, request_letters
from api.jobs import task
from api.kit import mail
from api.kit.clock import Clock, SystemClock
from api.kit.database import Database
from imisofts import settings as settings_module
from imisofts.settings import Settings

log = logging.getLogger(__name__)


@task("identity.mail_request")
async def mail_request(request_id: str) -> None:
    """Send one request's mail; what the transport refuses for the moment is tried again."""
    settings = settings_module.load()
    database = Database(settings.app_database_url, pool_size=1)
    try:
        await send_request(database, settings, SystemClock(), UUID(request_id))
    finally:
        await database.close()


async def send_request(database: Database, settings: Settings, clock: Clock, request_id: UUID) -> None:
    """Send it once: its Message-ID is the request's own, and a mail that may have left is looked up before."""
    query = text("select * from signin.account_request_to_mail(:id, :now)")
    async with database.begin(None, read_only=True) as session:
        row = (await session.execute(query, {"id": request_id, "now": clock.now()})).mappings().first()
        known = await repository.user_by_email(session, row["email"]) if row else None
    if row is None:
        return
    message = request_letters.compose(row, settings, known=known is not None)
    if not await asyncio.to_thread(mail.was_delivered, str(message["Message-ID"]), settings):
        try:
            await asyncio.to_thread(mail.send, message, settings)
        except (mail.Refused, mail.MaybeSent) as error:
            log.warning("request %s was not mailed for certain: %s", request_id, error)
    async with database.begin(None) as session:
        values = {"id": request_id, "now": clock.now()}
        await session.execute(text("select signin.account_request_mailed(:id, :now)"), values)
