"""The programs of one installation: what `imisofts up` runs, on which port, with which environment."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from imisofts import machine
from imisofts.settings import PREFIX, PROJECT_ROOT, Settings
from orchestration import instance


@dataclass(frozen=True, slots=True)
class Program:
    """One child of the supervisor.

    ``ports`` are checked before the start; ``after`` is a port that must answer first; ``stubborn`` ones ignore
    SIGTERM.
    """

    name: str
    arguments: tuple[str, ...]
    ports: tuple[int, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    stubborn: bool = False
    after: int | None = None
    folder: Path = PROJECT_ROOT


def of(settings: Settings) -> list[Program]:
    """Every program of the installation but Postgres, in the order of starting."""
    base, python = settings.port_base, sys.executable
    own = {f"{PREFIX}HOME": str(settings.home), f"{PREFIX}PORT_BASE": str(base), "PYTHONUNBUFFERED": "1"}
    programs = [
        *_web(settings, own),
        Program("jobs", (python, "-m", "api.jobs.worker"), (), own),
        Program("replicate", (python, "-m", "orchestration.worker"), (base + 7,), own),
        Program("console", (python, "-m", "console"), (base + 1,), own),
        *_dagster(settings, own),
    ]
    builder = (python, "-m", "warehouse.parts.builder")
    programs += [Program(f"builder{number}", builder, (), own) for number in range(2, settings.builders + 1)]
    if settings.embedded_mail:
        programs.append(Program("mail", (python, "-m", "imisofts.services.mail"), (base + 3, base + 4), own))
    return programs


def _web(settings: Settings, own: Mapping[str, str]) -> list[Program]:
    """The processes that answer at the one address; together they hold as much of the lake as one would."""
    count, serve = settings.web_processes, (sys.executable, "-m", "imisofts.serve")
    shared = {} if settings.lake_memory else {f"{PREFIX}LAKE_MEMORY": machine.of_lake(count)}
    first = Program("web", serve, (settings.port_base,), {**own, **shared})
    return [first, *(replace(first, name=f"web{number}", ports=()) for number in range(2, count + 1))]


def _dagster(settings: Settings, own: Mapping[str, str]) -> list[Program]:
    """Code server, webserver and daemon over one code location, so that the code is loaded once."""
    environment = {**own, **instance.environment(settings)}
    workspace = Path(environment["DAGSTER_HOME"]) / "workspace.yaml"
    base = settings.port_base
    workspace.write_text(
        f"load_from:\n  - grpc_server:\n      host: 127.0.0.1\n      port: {base + 6}\n      location_name: imisofts\n",
        encoding="utf-8",
    )
    code = ("code-server", "start", "-h", "127.0.0.1", "-p", str(base + 6), "-m", "orchestration.definitions")
    level = ("--log-level", "warning")
    web = ("-w", str(workspace), "-h", "127.0.0.1", "-p", str(base + 2), *level)
    return [
        Program("code", (_script("dagster"), *code, *level), (base + 6,), environment, stubborn=True),
        Program("dagster", (_script("dagster-webserver"), *web), (base + 2,), environment, after=base + 6),
        Program(
            "daemon", (_script("dagster-daemon"), "run", "-w", str(workspace), *level), (), environment, after=base + 6
        ),
    ]


def _script(name: str) -> str:
    """A command installed beside our Python."""
    return os.fspath(Path(sys.executable).parent / name)
