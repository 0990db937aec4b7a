"""`imisofts settings`."""

from typing import Annotated

import typer

from imisofts import settings as settings_module
from imisofts.cli import output


def settings(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: name → {value, source}.")] = False,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show passwords and keys instead of dots.")] = False,
) -> None:
    """Show every setting, and where it came from.

    A value comes from the environment (IMISOFTS_<NAME>), else from `settings.toml` in the data folder, else it is
    derived (`default`) or was made on the first run (`generated`). Secrets are masked unless `--reveal`.
    """
    loaded = settings_module.load()
    shown = {}
    for name in settings_module.names():
        value = getattr(loaded, name)
        text = settings_module.shown(value) if reveal else settings_module.masked(name, value)
        shown[name] = {"value": text, "source": loaded.sources.get(name, "default")}
    if as_json:
        output.as_json(shown)
        return
    output.table(
        ("setting", "value", "source"), [(name, entry["value"], entry["source"]) for name, entry in shown.items()]
    )
