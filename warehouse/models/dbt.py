"""dbt in this process: the project's manifest, and its models and tests as SQL.

Each is made once per state of the project's files and of dbt, and kept in the data folder, so that a process that finds
it there never imports dbt.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.models import compiled
from warehouse.models.compiled import Column, Model, Project, Test

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dbt.contracts.graph.manifest import Manifest

    from imisofts.settings import Settings

PROJECT = Path(__file__).resolve().parents[2] / "transforms"
SCRATCH_FILE = "imisofts.duckdb"
"""Its stem is what compiled SQL calls the database that it builds into: builds differ by folder only."""
QUIETLY = ("--quiet", "--no-use-colors", "--log-level-file", "none", "--no-write-json")
_FORM = 2
"""Counts the forms in which compiled projects were kept."""

_SOURCE = re.compile(r"""source\(\s*['"]raw['"]\s*,\s*['"](\w+)['"]\s*\)""")
_REF = re.compile(r"""ref\(\s*['"](\w+)['"]\s*\)""")
_KINDS = {"table": True, "view": False}
_one_at_a_time = threading.Lock()
_standing = threading.local()
_warm: dict[str, Any] = {}


class BuildFailed(RuntimeError):
    """dbt itself could not run, or asks for what this release cannot run; a failing model or test is a result."""


@contextlib.contextmanager
def one_state() -> Iterator[None]:
    """While the block runs, this thread's fingerprint is that of its beginning: a refresh is of one state."""
    _standing.fingerprint = fingerprint()
    try:
        yield
    finally:
        del _standing.fingerprint


def fingerprint() -> str:
    """Short hash of the models: other models are a reason to build even without new data."""
    standing: str | None = getattr(_standing, "fingerprint", None)
    return standing or _fingerprint()


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in _project_files():
        digest.update(str(path.relative_to(PROJECT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def sources_read() -> frozenset[str]:
    """Raw tables that some mart is made of; a change of any other one moves no figure."""
    return _sources_of_marts(fingerprint())


def project(settings: Settings) -> Project:
    """Every model and test as SQL. Raises BuildFailed where the project does not parse or compile."""
    key = f"compiled-{fingerprint()}-{version('dbt-core')}-{version('dbt-duckdb')}-{_FORM}"
    with _one_at_a_time:
        if key not in _warm:
            kept = _target(settings) / f"{key}.json"
            text = _kept(kept, lambda: compiled.dump(_compile(settings)))
            _warm[key] = compiled.load(text)
        found: Project = _warm[key]
        return found


def manifest_json(settings: Settings) -> dict[str, Any]:
    """The dbt manifest as plain data, parsed anew only when the project's files changed."""

    def text() -> str:
        return json.dumps(manifest(settings).writable_manifest().to_dict(omit_none=True), default=str)

    with _one_at_a_time:
        document: dict[str, Any] = json.loads(_kept(_target(settings) / f"manifest-{fingerprint()}.json", text))
        return document


def profile(catalogue: str, scratch: Path, snapshot: int, data_at: datetime | None) -> dict[str, str]:
    """The variables that the dbt project reads; described in `transforms/README.md`."""
    dated = {} if data_at is None else {"LAKE_DATA_AT": data_at.isoformat()}
    return dated | {
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "LAKE_CATALOG": catalogue,
        "LAKE_SNAPSHOT": str(snapshot),
        "LAKE_SCRATCH": str(scratch),
    }


def places(target: Path) -> list[str]:
    """dbt's options for where the project is and where its own files go."""
    folders = {"--project-dir": PROJECT, "--profiles-dir": PROJECT, "--target-path": target, "--log-path": target}
    return [part for option, place in folders.items() for part in (option, str(place))]


@contextlib.contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """dbt reads its profile from the process' environment; put back what was there before."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def invoke(manifest: Manifest, arguments: list[str]) -> list[Any]:
    """dbt's results, one for each node that it ran."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.artifacts.schemas.run import RunExecutionResult
    from dbt.cli.main import dbtRunner

    try:
        answer = dbtRunner(manifest=manifest).invoke(arguments)
    finally:
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if not isinstance(answer.result, RunExecutionResult):
        raise BuildFailed(f"dbt did not run: {answer.exception}")
    return list(answer.result.results)


def manifest(settings: Settings) -> Manifest:
    """Parsed once per state of the project's files, whichever installation asks."""
    key = f"manifest-{fingerprint()}"
    if key not in _warm:
        from dbt.cli.main import dbtRunner
        from dbt.contracts.graph.manifest import Manifest

        with environment(_nowhere(settings)):
            answer = dbtRunner().invoke([*QUIETLY, "parse", *places(_target(settings))])
        if not answer.success or not isinstance(answer.result, Manifest):
            raise BuildFailed(f"the dbt project does not parse: {answer.exception}")
        _warm[key] = answer.result
    found: Manifest = _warm[key]
    return found


def _project_files() -> list[Path]:
    kept = {".sql", ".yml", ".yaml", ".csv", ".py"}
    ignored = {"target", "logs", "dbt_packages"}
    files = (path for path in PROJECT.rglob("*") if path.suffix in kept)
    return sorted(path for path in files if not ignored & set(path.relative_to(PROJECT).parts))


@cache
def _sources_of_marts(_fingerprint: str) -> frozenset[str]:
    """Asked every second by whoever replicates: read from the files, since that needs no dbt."""
    models = {path.stem: path for path in _project_files() if path.suffix == ".sql" and "models" in path.parts}
    waiting = [name for name, path in models.items() if compiled.MARTS in path.parts]
    seen: set[str] = set()
    sources: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            text = models[name].read_text()
            sources |= set(_SOURCE.findall(text))
            waiting += _REF.findall(text)
    return frozenset(sources)


def _target(settings: Settings) -> Path:
    folder = settings.home / "dbt"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _kept(file: Path, made: Callable[[], str]) -> str:
    if not file.exists():
        partial = file.with_suffix(f".{os.getpid()}")
        partial.write_text(made())
        partial.replace(file)
    return file.read_text()


def _nowhere(settings: Settings) -> dict[str, str]:
    """A profile to parse and compile with: no lake is opened for it, and the data date is left open."""
    return profile("ducklake:nowhere", _target(settings) / SCRATCH_FILE, 0, None) | {"LAKE_DATA_AT": compiled.DATA_AT}


def _compile(settings: Settings) -> Project:
    parsed = manifest(settings)
    # Nothing in the project asks a database while it is compiled; without a level dbt prints the SQL.
    asked = ["--log-level", "none", *QUIETLY, "--no-populate-cache", "compile", "--no-introspect"]
    with environment(_nowhere(settings)):
        outcome = invoke(parsed, [*asked, *places(_target(settings))])
    for result in outcome:
        if str(result.status) != "success":
            raise BuildFailed(f"{result.node.name} does not compile: {result.message}")
    nodes = {result.node.unique_id: result.node for result in outcome}
    models = {name: node for name, node in nodes.items() if str(node.resource_type) == "model"}
    reads = {name: [other for other in node.depends_on_nodes if other in models] for name, node in models.items()}
    tests = [node for node in nodes.values() if str(node.resource_type) == "test"]
    ordered = (models[name] for name in TopologicalSorter(reads).static_order())
    return Project(tuple(map(_model, ordered)), tuple(_test(node) for node in tests))


def _model(node: Any) -> Model:
    _refuse_what_is_not_run(node)
    enforced = node.config.contract.enforced
    columns = tuple(
        Column(column.name, column.data_type, any(rule.type.value == "not_null" for rule in column.constraints))
        for column in node.columns.values()
    )
    kept = _KINDS[node.config.materialized]
    sql, (models, tables) = str(node.compiled_code), _read(node.depends_on_nodes)
    return Model(node.schema, node.name, kept, sql, models, tables, columns if enforced else ())


def _refuse_what_is_not_run(node: Any) -> None:
    """What dbt would do and this process would not is an error, and no difference between the two."""
    rules = {rule.type.value for column in node.columns.values() for rule in column.constraints}
    unknown = [f"is materialized as {node.config.materialized}"] if node.config.materialized not in _KINDS else []
    unknown += ["has a hook"] if node.config.pre_hook or node.config.post_hook else []
    unknown += ["has an SQL header"] if node.config.get("sql_header") else []
    unknown += ["has constraints other than not_null"] if node.constraints or rules - {"not_null"} else []
    if unknown:
        raise BuildFailed(f"{node.name} {' and '.join(unknown)}, which builds do not carry out")


def _test(node: Any) -> Test:
    config, (models, tables) = node.config, _read(node.depends_on_nodes)
    limit = "" if config.limit is None else f" limit {config.limit}"
    fails = "false" if str(config.severity).lower() == "warn" else f"{config.fail_calc} {config.error_if}"
    sql = (
        f"select {config.fail_calc}, {config.fail_calc} {config.warn_if}, {fails}"
        f" from (\n{node.compiled_code}\n{limit}) as found"
    )
    attached = _name(getattr(node, "attached_node", None) or "")
    generic = getattr(node, "test_metadata", None)
    rule, together = (generic.name, tuple(generic.kwargs.get("columns", ()))) if generic else ("", ())
    about = attached or ([*map(_name, node.depends_on_nodes)] or [node.name])[-1]
    return Test(node.name, about, rule, sql, f"fails if {config.error_if}", models, tables, together)


def _read(nodes: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the models, and of the raw tables, among what a node depends on."""
    kinds: dict[str, list[str]] = {"model": [], "source": []}
    for name in nodes:
        kinds.setdefault(name.split(".", 1)[0], []).append(_name(name))
    return tuple(kinds["model"]), tuple(kinds["source"])


def _name(unique_id: str) -> str:
    return unique_id.rsplit(".", 1)[-1]
