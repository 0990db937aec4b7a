"""`imisofts workspace` and `imisofts user`."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from imisofts.access import CLIENT_ROLES, Role
from imisofts.cli import output
from imisofts.cli.house import open_house
from imisofts.errors import OperatorError
from imisofts.operator import Api, refusals
from imisofts.settings import Settings

if TYPE_CHECKING:
    from api.identity.operator import Overview

workspaces = typer.Typer(no_args_is_help=True, help="Agencies of this installation.")
users = typer.Typer(no_args_is_help=True, help="People who sign in.")


@workspaces.callback()
def _workspaces() -> None:
    """Agencies of this installation."""


@users.callback()
def _users() -> None:
    """People who sign in."""


@workspaces.command("create")
def create_workspace(
    slug: Annotated[str, typer.Argument(help="Short name in addresses: small letters, digits and dashes.")],
    name: Annotated[str, typer.Option("--name", help="The agency's name.")] = "",
    currency: Annotated[str, typer.Option("--currency", help="Reporting currency, like EUR.")] = "EUR",
    timezone: Annotated[str, typer.Option("--timezone", help="Where its days begin, like Europe/Berlin.")] = "UTC",
) -> None:
    """Make an agency, whose owners and administrators need a second factor after 14 days. Prints its slug."""
    from api.identity import operator

    name, currency = name or slug, currency.upper()
    with open_house() as settings, refusals():
        operator.create_workspace(settings, slug, name=name, currency=currency, timezone=timezone, ask_for_factors=True)
    output.result(slug)


@workspaces.command("list")
def list_workspaces(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Every agency with its state, plan, seats, clients and last activity; nothing of what is in it."""
    from api.identity import operator

    with open_house() as settings, refusals():
        found = operator.overview(settings)
    if as_json:
        output.as_json([asdict(each) for each in found])
        return
    columns = ("slug", "name", "state", "plan", "seats", "clients", "last activity")
    output.table(columns, [_row(each) for each in found], numbers=("seats", "clients"))


def _row(each: "Overview") -> tuple[str, ...]:
    state = "open" if each.is_open else "waits for its owner"
    seats, clients = (f"{used} of {included or 'any'}" for used, included in (each.seats, each.clients))
    last = each.last_act.strftime("%Y-%m-%d %H:%M UTC") if each.last_act else "none yet"
    return each.slug, each.name, state, each.plan, seats, clients, last


@workspaces.command("enter")
def enter_workspace(
    slug: Annotated[str, typer.Argument(help="The agency's slug.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; its people read it in their activity.")],
) -> None:
    """Prints a bearer token with an owner's rights in one agency, for ten minutes; the reason is told to the agency."""
    from api.identity import operator

    with open_house() as settings, refusals():
        token = operator.enter(settings, slug, reason)
    output.result(token)


@users.command("create")
def create_user(
    email: Annotated[str, typer.Argument(help="The address they sign in with.")],
    workspace: Annotated[str, typer.Option("--workspace", help="The agency's slug.")],
    role: Annotated[Role, typer.Option("--role", help="What they may do.")] = Role.member,
    client: Annotated[
        str | None, typer.Option("--client", help="For roles client and client_team: the client's external id or id.")
    ] = None,
) -> None:
    """Make a user, or add one to an agency. Prints a one-time link to choose a password with, never a password."""
    from api.identity import operator

    if (role in CLIENT_ROLES) != (client is not None):
        raise OperatorError("--client belongs to --role client or client_team, and to no other role.")
    with open_house() as settings, refusals():
        link = operator.create_user(
            settings, email, workspace=workspace, role=role, client_id=_client_id(settings, workspace, client)
        )
    output.result(link)


@users.command("reset-factors")
def reset_factors(
    email: Annotated[str, typer.Argument(help="The address they sign in with.")],
    workspace: Annotated[str, typer.Option("--workspace", help="The slug of an agency that they belong to.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove somebody's second factors, who has lost them: apps, keys and recovery codes go, every session ends, and a
    mail says so. Make sure by another way that it is really this person who asks."""
    from api.identity import operator

    if not yes:
        typer.confirm(f"Remove every second factor of {email}?", abort=True)
    with open_house() as settings, refusals():
        output.result(operator.reset_factors(settings, email, workspace))


def _client_id(settings: Settings, workspace: str, client: str | None) -> UUID | None:
    if client is None:
        return None
    with Api(settings, workspace) as api:
        return api.client_id(client)
