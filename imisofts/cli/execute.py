"""`imisofts exec`."""

import os
import subprocess
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

import typer

from imisofts.cli.house import open_house
from imisofts.errors import OperatorError
from imisofts.services import postgres
from imisofts.settings import Settings

ROLES = ("app", "owner", "loader")


def execute(
    command: Annotated[list[str], typer.Argument(help="The command and its arguments, after `--`.")],
    role: Annotated[str, typer.Option("--as", help="Whose database access: app, owner or loader.")] = "app",
) -> None:
    """Run a command with the services up and the database access in its environment.

    It finds `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`, `PGDATABASE` of the role, every setting as `IMISOFTS_<NAME>`
    (so `IMISOFTS_APP_DATABASE_URL` and the rest), and the embedded PostgreSQL's own programs on its path:

        imisofts exec --as owner -- psql -c "select count(*) from invoice"
    """
    if role not in ROLES:
        raise OperatorError(f"--as: {role!r} is none of {', '.join(ROLES)}.")
    with open_house() as settings:
        try:
            done = subprocess.run(command, env=environment(settings, role), check=False)  # noqa: S603 - asked for
        except FileNotFoundError as error:
            raise OperatorError(f"{command[0]}: no such command.") from error
    raise typer.Exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)


def environment(settings: Settings, role: str) -> dict[str, str]:
    """Our environment with the role's access; the app's unless another was asked for."""
    url = urlsplit(str(getattr(settings, f"{role}_database_url")))
    own = {
        "PGHOST": url.hostname or "127.0.0.1",
        "PGPORT": str(url.port or 5432),
        "PGUSER": unquote(url.username or ""),
        "PGPASSWORD": unquote(url.password or ""),
        "PGDATABASE": url.path.strip("/"),
    }
    folder = Path(postgres.binary("psql")).parent
    path = f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, **settings.environment(), **own, "PATH": path}
