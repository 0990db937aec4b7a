"""Who asks, and what a role may do: the words every room shares.

A room that answers anybody takes an :class:`Actor`. Roles are data (a mapping of actions), so that the permission
matrix can be printed, tested and, later, edited per workspace.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from uuid import UUID


class Role(StrEnum):
    """A membership's role in one workspace."""

    owner = "owner"
    admin = "admin"
    member = "member"
    client = "client"


class Action(StrEnum):
    """One thing somebody may be allowed to do; every route and every metric names exactly one."""

    session_own = "session.own"
    workspace_read = "workspace.read"
    workspace_manage = "workspace.manage"
    user_read = "user.read"
    user_manage = "user.manage"
    token_manage = "token.manage"
    client_read = "client.read"
    client_write = "client.write"
    invoice_read = "invoice.read"
    invoice_write = "invoice.write"
    payment_write = "payment.write"
    service_read = "service.read"
    service_write = "service.write"
    subscription_read = "subscription.read"
    subscription_write = "subscription.write"
    exchange_rate_write = "exchange_rate.write"
    project_read = "project.read"
    project_write = "project.write"
    person_read = "person.read"
    person_write = "person.write"
    cost_read = "cost.read"
    time_read = "time.read"
    time_write = "time.write"
    time_manage = "time.manage"
    ticket_read = "ticket.read"
    ticket_open = "ticket.open"
    ticket_write = "ticket.write"
    support_manage = "support.manage"
    event_read = "event.read"
    import_run = "import.run"
    metric_read = "metric.read"
    metric_leadership = "metric.leadership"
    health_read = "health.read"
    report_read = "report.read"
    report_manage = "report.manage"
    console_open = "console.open"


_CLIENT = frozenset(
    {
        Action.session_own,
        Action.workspace_read,
        Action.client_read,
        Action.invoice_read,
        Action.subscription_read,
        Action.project_read,
        Action.ticket_read,
        Action.ticket_open,
        Action.metric_read,
        Action.report_read,
    }
)
_MEMBER = _CLIENT | {
    Action.user_read,
    Action.client_write,
    Action.invoice_write,
    Action.payment_write,
    Action.service_read,
    Action.subscription_write,
    Action.project_write,
    Action.person_read,
    Action.time_read,
    Action.time_write,
    Action.ticket_write,
    Action.event_read,
    Action.health_read,
}
_ADMIN = frozenset(Action)

ACTIONS_OF_ROLE: dict[Role, frozenset[Action]] = {
    Role.owner: frozenset(Action),
    Role.admin: _ADMIN,
    Role.member: _MEMBER,
    Role.client: _CLIENT,
}

ActorKind = Literal["user", "token", "operator", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks, bound to one workspace.

    ``client_ids`` narrows the view: ``None`` sees every client of the workspace, a set sees only these (a client user
    has exactly one; an empty set sees nothing). ``actions`` is the role's set, less what a token's scopes leave out.
    """

    workspace_id: UUID
    user_id: UUID | None
    role: Role
    kind: ActorKind
    actions: frozenset[Action]
    client_ids: frozenset[UUID] | None = None

    def may(self, action: Action) -> bool:
        """Whether the actor is allowed to do ``action`` somewhere in its workspace."""
        return action in self.actions


def actor_of_role(
    workspace_id: UUID,
    role: Role,
    *,
    user_id: UUID | None = None,
    kind: ActorKind = "user",
    client_ids: frozenset[UUID] | None = None,
) -> Actor:
    """An actor with all actions of ``role``; a client without ``client_ids`` sees nothing."""
    narrowed = client_ids if role is not Role.client else (client_ids or frozenset())
    return Actor(workspace_id, user_id, role, kind, ACTIONS_OF_ROLE[role], narrowed)
