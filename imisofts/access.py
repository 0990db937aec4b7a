"""Who asks, and what a role may do: the words every room shares.

A room that answers anybody takes an :class:`Actor`. Roles are data (a mapping of actions), so that the permission
matrix can be printed, tested and, later, edited per workspace.
"""

from collections.abc import Iterable
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
    client_team = "client_team"


class Action(StrEnum):
    """One thing somebody may be allowed to do; every route and every metric names exactly one."""

    session_own = "session.own"
    workspace_read = "workspace.read"
    workspace_manage = "workspace.manage"
    sign_on_manage = "sign_on.manage"
    user_read = "user.read"
    user_manage = "user.manage"
    role_manage = "role.manage"
    team_manage = "team.manage"
    token_manage = "token.manage"
    workspace_token_manage = "workspace_token.manage"
    network_manage = "network.manage"
    activity_read = "activity.read"
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


OF_EVERYBODY = frozenset({Action.session_own, Action.workspace_read})
"""What nobody can be denied who may come in at all."""
OF_THE_AGENCY = frozenset(
    {
        Action.workspace_manage,
        Action.sign_on_manage,
        Action.user_manage,
        Action.role_manage,
        Action.workspace_token_manage,
        Action.network_manage,
        Action.activity_read,
        Action.service_write,
        Action.exchange_rate_write,
        Action.person_write,
        Action.cost_read,
        Action.time_manage,
        Action.support_manage,
        Action.import_run,
    }
)
"""What touches the whole agency: nothing for staff who work for chosen clients or projects alone."""
_TEAM = OF_EVERYBODY | frozenset(
    {
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
_CLIENT = _TEAM | {Action.team_manage}
_MEMBER = _TEAM | {
    Action.user_read,
    Action.token_manage,
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
_ADMIN = frozenset(Action) - {Action.sign_on_manage}
"""Who chooses the provider chooses who is an owner."""

ACTIONS_OF_ROLE: dict[Role, frozenset[Action]] = {
    Role.owner: frozenset(Action),
    Role.admin: _ADMIN,
    Role.member: _MEMBER,
    Role.client: _CLIENT,
    Role.client_team: _TEAM,
}
CLIENT_ROLES = frozenset({Role.client, Role.client_team})
"""The roles of people outside the agency, each bound to one client."""

ActorKind = Literal["user", "token", "operator", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks, bound to one workspace.

    ``client_ids`` narrows the view: ``None`` sees every client of the workspace, a set sees only these (a client user
    has exactly one; an empty set sees nothing). ``project_ids`` are projects that narrowed staff see beside these, and
    nothing else of their clients. ``actions`` decides what may be done: the role's set or that of a role of the
    workspace's own, less what single rights, a narrowed view and a token's scopes leave out. ``role`` is for words and
    for which side of the table somebody sits on.
    """

    workspace_id: UUID
    user_id: UUID | None
    role: Role
    kind: ActorKind
    actions: frozenset[Action]
    client_ids: frozenset[UUID] | None = None
    project_ids: frozenset[UUID] = frozenset()

    @property
    def is_client(self) -> bool:
        """Whether the actor is one of an agency's client, not of the agency."""
        return self.role in CLIENT_ROLES

    def may(self, action: Action) -> bool:
        """Whether the actor is allowed to do ``action`` somewhere in its workspace."""
        return action in self.actions


def grantable(role: Role) -> frozenset[Action]:
    """The most that a role of the workspace's own, or a single right, may give on this side of the table."""
    return ACTIONS_OF_ROLE[Role.client if role in CLIENT_ROLES else Role.owner]


def actions_of(
    role: Role, *, own: Iterable[str] | None = None, rights: Iterable[str] | None = None, narrowed: bool = False
) -> frozenset[Action]:
    """What somebody may do: the actions of ``role``, or of the workspace's ``own`` role in its place; of these only
    single ``rights`` where there are any. A name that is no action, or is out of the side's reach, gives nothing."""
    found = ACTIONS_OF_ROLE[role] if own is None else grantable(role) & _named(own)
    if rights is not None:
        found &= _named(rights)
    return (found - OF_THE_AGENCY if narrowed else found) | OF_EVERYBODY


def _named(names: Iterable[str]) -> frozenset[Action]:
    known = set(Action)
    return frozenset(Action(name) for name in names if name in known)


def actor_of_role(
    workspace_id: UUID,
    role: Role,
    *,
    user_id: UUID | None = None,
    kind: ActorKind = "user",
    client_ids: frozenset[UUID] | None = None,
) -> Actor:
    """An actor with all actions of ``role``; a client without ``client_ids`` sees nothing."""
    narrowed = client_ids if role not in CLIENT_ROLES else (client_ids or frozenset())
    return Actor(workspace_id, user_id, role, kind, ACTIONS_OF_ROLE[role], narrowed)
