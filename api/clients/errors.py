"""What may go wrong with a client."""

from api.kit.errors import Conflict


class ExternalIdTaken(Conflict):
    """Two clients of a workspace never share an external id."""

    code = "external_id_taken"


class ClientArchived(Conflict):
    """An archived client keeps its figures and takes nothing new."""

    code = "client_archived"
