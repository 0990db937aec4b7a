"""The permission matrix as a table; ``python -m tests.contracts.permissions`` writes it to the docs."""

from pathlib import Path
from uuid import UUID

from api.identity.authentication import operator
from imisofts.access import ACTIONS_OF_ROLE, Action, Role
from tests.contracts.routes import routes

FILE = Path(__file__).parents[2] / "docs" / "security" / "permissions.md"
INTRO = """# Who may do what

Made from the routes and the roles; a test compares this page with both. A token has its user's rights less what its
scopes leave out. A client sees only its own rows: what it may read is narrowed to its client.
"""


def may(role: Role | None, actions: tuple[str, ...]) -> bool:
    """Whether a role (None: nobody signed in) passes a route's declared actions."""
    if "public" in actions:
        return True
    return role is not None and all(action in ACTIONS_OF_ROLE[role] for action in actions)


_ROLES_INTRO = """## The built-in roles

What each role may do at most; a role of the agency's own takes from the same list. The last column is the operator
(Super Admin), who runs the installation: an owner's rights in one workspace at a time, for ten minutes
(`imisofts workspace enter SLUG --reason …` on the server's own command line; the reason stands in the workspace's
activity, as does all that is done, as the operator's). Who can read the installation's secret is asked for no more.
"""
_ROUTES_INTRO = """## Every route
"""


def roles() -> str:
    """Every action × every built-in role and the operator."""
    columns = {str(role): ACTIONS_OF_ROLE[role] for role in Role}
    columns["operator"] = operator(UUID(int=0)).actions
    rows = [f"| action | {' | '.join(columns)} |", "|---|" + "---|" * len(columns)]
    for action in Action:
        marks = " | ".join("yes" if action in actions else "–" for actions in columns.values())
        rows.append(f"| `{action}` | {marks} |")
    return "\n".join(rows)


def table() -> str:
    """The page."""
    rows = [f"| route | action | {' | '.join(Role)} |", "|---|---|" + "---|" * len(Role)]
    for route in routes():
        marks = " | ".join("yes" if may(role, route.actions) else "–" for role in Role)
        rows.append(f"| `{route.method} {route.path}` | {', '.join(route.actions)} | {marks} |")
    return f"{INTRO}\n{_ROLES_INTRO}\n{roles()}\n\n{_ROUTES_INTRO}\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(table(), encoding="utf-8")
