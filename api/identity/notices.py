"""Mails that tell people what was changed about their sign-in: whoever did not do it learns of it."""

from sqlalchemy.ext.asyncio import AsyncSession

from api.identity import jobs
from api.identity.models import Membership
from api.jobs import enqueue
from api.kit.ids import new_id


async def tell(session: AsyncSession, membership: Membership, what: str) -> None:
    """Mail a member one of :data:`api.identity.letters.NOTICES` once the transaction commits."""
    await enqueue(
        session,
        jobs.mail_notice,
        workspace_id=str(membership.workspace_id),
        user_id=str(membership.user_id),
        what=what,
        notice_id=str(new_id()),
    )
