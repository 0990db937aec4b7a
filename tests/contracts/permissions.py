"""The permission matrix as a table; ``python -m tests.contracts.permissions`` writes it to the docs."""

from pathlib import Path

from imisofts.access import ACTIONS_OF_ROLE, Role
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


def table() -> str:
    """The page."""
    rows = [f"| route | action | {' | '.join(Role)} |", "|---|---|" + "---|" * len(Role)]
    for route in routes():
        marks = " | ".join("yes" if may(role, route.actions) else "–" for role in Role)
        rows.append(f"| `{route.method} {route.path}` | {', '.join(route.actions)} | {marks} |")
    return INTRO + "\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(table(), encoding="utf-8")
