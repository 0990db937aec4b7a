"""Dagster's instance: where it keeps runs and events, the same for every process of an installation."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from imisofts.settings import Settings

CONFIGURATION = Path(__file__).resolve().parent.parent / "dagster.yaml"


def storage_url(settings: Settings) -> str:
    """Names psycopg2: a bare `postgresql://` would pick psycopg 3, whose NOTIFY Dagster cannot use."""
    _, rest = settings.dagster_database_url.split("://", 1)
    return f"postgresql+psycopg2://{rest}"


def environment(settings: Settings) -> dict[str, str]:
    """What each Dagster process of this installation needs in its environment."""
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    if CONFIGURATION.exists():
        shutil.copyfile(CONFIGURATION, home / CONFIGURATION.name)
    return {
        "DAGSTER_HOME": str(home),
        "DAGSTER_PG_URL": storage_url(settings),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "IMISOFTS_HOME": str(settings.home),
    }


def open_instance(settings: Settings) -> DagsterInstance:
    """The installation's instance; raises what SQLAlchemy raises while its database is away."""
    from dagster import DagsterInstance

    os.environ.update(environment(settings))
    return DagsterInstance.from_config(os.environ["DAGSTER_HOME"])
