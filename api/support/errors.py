"""What may go wrong with a ticket."""

from api.kit.errors import Conflict, Malformed


class TicketResolved(Conflict):
    """A resolved ticket takes a reply, which reopens it, and nothing else."""

    code = "ticket_resolved"


class TicketNotResolved(Conflict):
    """Only a resolved ticket is rated or reopened."""

    code = "ticket_not_resolved"


class TicketNotWaiting(Conflict):
    """Only a ticket that waits for its client is resumed."""

    code = "ticket_not_waiting"


class UnknownAssignee(Malformed):
    """The person does not exist here, or has left."""

    code = "unknown_assignee"


class BadHours(Malformed):
    """Opening hours that overlap."""

    code = "bad_hours"
