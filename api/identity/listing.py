"""What lists of members show."""

from typing import Any

from sqlalchemy import ARRAY, Uuid, column, func, select, table

from api.identity.models import AppUser, Membership, MembershipScope, SignInLink, WorkspaceRole
from api.kit import lists

NAME = func.coalesce(Membership.invited_name, AppUser.name)
"""Who has come in is called as in her own account, who has not as in the invitation."""
_CLIENT = table("client", column("id", Uuid), column("name"))


def _newest_link(column: Any) -> Any:
    """Of a member's newest link."""
    theirs = (SignInLink.workspace_id == Membership.workspace_id, SignInLink.user_id == Membership.user_id)
    query = select(column).where(*theirs).order_by(SignInLink.created_at.desc()).limit(1)
    return query.correlate(Membership).scalar_subquery()


def _scope(column: Any) -> Any:
    """The clients or projects of a narrowed member."""
    query = select(column).where(MembershipScope.membership_id == Membership.id, column.is_not(None))
    return func.array(query.order_by(column).correlate(Membership).scalar_subquery(), type_=ARRAY(Uuid))


USERS = lists.ListSpec(
    columns={
        "id": Membership.id,
        "user_id": Membership.user_id,
        "email": AppUser.email,
        "name": NAME,
        "role": Membership.role,
        "role_id": Membership.role_id,
        "role_name": WorkspaceRole.name,
        "rights": Membership.rights,
        "client_id": Membership.client_id,
        "narrowed": Membership.narrowed,
        "client_ids": _scope(MembershipScope.client_id),
        "project_ids": _scope(MembershipScope.project_id),
        "created_at": Membership.created_at,
        "joined_at": Membership.joined_at,
        "link_made_at": _newest_link(SignInLink.created_at),
        "link_problem": _newest_link(SignInLink.problem),
        "version": Membership.version,
    },
    default_sort="name",
    sortable=("name", "email", "created_at"),
    filterable=("role", "role_id", "client_id"),
    search=(NAME, AppUser.email),
)
TEAM = lists.ListSpec(
    columns={
        "id": Membership.id,
        "email": AppUser.email,
        "name": NAME,
        "role": Membership.role,
        "role_name": WorkspaceRole.name,
        "rights": Membership.rights,
        "client_id": Membership.client_id,
        "client_name": select(_CLIENT.c.name)
        .where(_CLIENT.c.id == Membership.client_id)
        .correlate(Membership)
        .scalar_subquery(),
        "created_at": Membership.created_at,
        "joined_at": Membership.joined_at,
        "link_made_at": _newest_link(SignInLink.created_at),
        "mail_failed": _newest_link(SignInLink.problem).is_not(None),
        "version": Membership.version,
    },
    default_sort="name",
    sortable=("name", "email", "created_at"),
    filterable=("role", "client_id"),
    search=(NAME, AppUser.email),
)
