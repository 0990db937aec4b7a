"""What may go wrong with a service."""

from api.kit.errors import Conflict


class ServiceArchived(Conflict):
    """An archived service keeps its name and is not sold any more."""

    code = "service_archived"
