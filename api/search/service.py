"""Who is asked, and in which order: each domain tells what of it can be found."""

from collections.abc import Iterator

from api.billing import service as billing
from api.catalog import service as catalog
from api.clients import contacts
from api.clients import service as clients
from api.identity import service as identity
from api.kit.search import Findable
from api.projects import service as projects
from api.reports import service as reports
from api.subscriptions import service as subscriptions
from api.support import service as support
from api.time import service as time
from imisofts.access import Actor


def findables(actor: Actor) -> Iterator[Findable]:
    """Everything that can be found, what is looked for most first."""
    yield clients.findable(actor)
    yield contacts.findable(actor)
    yield billing.findable(actor)
    yield projects.findable_projects(actor)
    yield support.findable(actor)
    yield subscriptions.findable(actor)
    yield projects.findable_tasks(actor)
    yield catalog.findable(actor)
    yield time.findable(actor)
    yield reports.findable(actor)
    yield identity.findable(actor)
