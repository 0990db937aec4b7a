"""`imisofts backup` and `imisofts restore`."""

from pathlib import Path
from typing import Annotated

import typer

from imisofts import services
from imisofts.cli import output
from imisofts.cli.house import open_house
from imisofts.errors import OperatorError
from imisofts.services import archive
from imisofts.settings import find_home, load

MIB = 1 << 20


def backup(file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")]) -> None:
    """Write the whole data folder to one file, while everything goes on.

    Databases, lake, mail and secrets: whoever has the file has everything. Keep it where only you can read it.
    """
    from warehouse import lake

    with open_house() as settings, lake.files_kept(settings):
        done = archive.write(settings, file.expanduser().absolute())
    output.result(f"{file}: {done.files} files, {done.size / MIB:.1f} MiB, as of {done.made_at:%Y-%m-%d %H:%M:%S} UTC")


def restore(file: Annotated[Path, typer.Argument(help="A file that `imisofts backup` wrote.")]) -> None:
    """Make a new data folder (IMISOFTS_HOME) from a backup, and compare its lake with its databases.

    The folder must be empty. The lake's copy of the product is made anew from the databases as they were; figures and
    history come back as they stood. Exit code 1 when a row differs even then.
    """
    from warehouse import lake, replication

    home = find_home()
    done = archive.unpack(file.expanduser().absolute(), home)
    output.note(f"unpacked {done.files} files, as of {done.made_at:%Y-%m-%d %H:%M:%S} UTC")
    settings = load(home)
    with services.embedded(settings):
        lake.relocate(settings)
        try:
            replication.resync_all(settings)
            found = replication.verify(settings)
        except replication.ReplicationError as error:
            raise OperatorError(str(error)) from error
    told = "every row equal" if found.equal else "rows differ: imisofts lake verify"
    output.result(f"restored to {home}; source and lake compared, {len(found.tables)} tables: {told}")
    if not found.equal:
        raise typer.Exit(1)
