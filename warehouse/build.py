"""Builds marts into a private scratch file with dbt, in this process.

The parsed project (the manifest) stays warm between builds, so that a small change costs dbt's run
and not its start. Only marts downstream of changed raw tables are built; a mart reads views alone, and
the views are always made, because scratch starts empty.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse import lake
from warehouse.parts import planning, sharing
from warehouse.publish import CheckResult

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

    from imisofts.settings import Settings
    from warehouse.parts.planning import Plan
    from warehouse.parts.sharing import Shared

PROJECT = Path(__file__).resolve().parent.parent / "transforms"
SCRATCH_FILE = "imisofts.duckdb"
"""The warm manifest bakes in this name: builds differ by folder only."""

_SOURCE = re.compile(r"""source\(\s*['"]raw['"]\s*,\s*['"](\w+)['"]\s*\)""")
_REF = re.compile(r"""ref\(\s*['"](\w+)['"]\s*\)""")
_QUIETLY = ("--quiet", "--no-use-colors", "--log-level-file", "none")
_one_at_a_time = threading.Lock()
_warm: dict[str, Manifest] = {}


class BuildFailed(RuntimeError):
    """dbt itself could not run; a failing model or test is a CheckResult instead."""


@dataclass(frozen=True)
class BuildResult:
    """What one build left: the scratch file, dbt's verdicts, and the marts that it holds.

    `shared` says how many builders made it in how many parts; empty where this process made it alone.
    """

    scratch: Path
    results: list[CheckResult]
    ok: bool
    models: list[str]
    shared: str = ""


def build(
    settings: Settings,
    snapshot: int,
    *,
    data_at: datetime,
    changed: set[str] | None,
    full_refresh: bool = False,
    share: bool = False,
) -> BuildResult:
    """Build what depends on the changed raw tables (None: everything) as of one lake snapshot.

    `data_at` is the last instant that the snapshot covers; models read it as the data date. The caller owns the scratch
    folder afterwards and gives it to `discard`. With `share` builders may help (`warehouse.parts`): one such build at a
    time, of the lake itself. Raises BuildFailed when dbt could not run at all.
    """
    scratch = _new_scratch(settings)
    if changed is not None and not changed & sources_read():
        return BuildResult(scratch, [], ok=True, models=[])
    with _one_at_a_time, _environment(profile(settings, scratch, snapshot, data_at)):
        manifest = _manifest(settings)
        wanted = _marts_below(manifest, changed)
        arguments = _arguments(settings, None if changed is None else wanted, full_refresh)
        with contextlib.ExitStack() as files:
            shared = files.enter_context(_shared(settings, manifest, snapshot, wanted)) if share else None
            outcome = _invoke_on(manifest, arguments, shared)
    models = [
        node.node.name
        for node in outcome
        if node.node.resource_type == "model" and node.node.schema == "marts" and str(node.status) == "success"
    ]
    results = [check for node in outcome for check in _check(node)]
    results += _not_built(wanted, models, results)
    ok = all(check.passed for check in results)
    return BuildResult(scratch, results, ok, sorted(models), str(shared or ""))


def discard(scratch: Path) -> None:
    """Remove a scratch folder; what it held is published or not wanted."""
    shutil.rmtree(scratch.parent, ignore_errors=True)


def fingerprint() -> str:
    """Short hash of the models: other models are a reason to build even without new data."""
    digest = hashlib.sha256()
    for path in _project_files():
        digest.update(str(path.relative_to(PROJECT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def manifest_json(settings: Settings) -> dict[str, Any]:
    """The dbt manifest as plain data, parsed anew only when the project's files changed."""
    target = _target(settings) / f"manifest-{fingerprint()}.json"
    if not target.exists():
        with _one_at_a_time, _environment(profile(settings, _target(settings) / SCRATCH_FILE, 0, None)):
            manifest = _manifest(settings)
        partial = target.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps(manifest.writable_manifest().to_dict(omit_none=True), default=str))
        partial.replace(target)
    document: dict[str, Any] = json.loads(target.read_text())
    return document


def _project_files() -> list[Path]:
    kept = {".sql", ".yml", ".yaml", ".csv", ".py"}
    ignored = {"target", "logs", "dbt_packages"}
    files = (path for path in PROJECT.rglob("*") if path.suffix in kept)
    return sorted(path for path in files if not ignored & set(path.relative_to(PROJECT).parts))


def _target(settings: Settings) -> Path:
    folder = settings.home / "dbt"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _new_scratch(settings: Settings) -> Path:
    """A folder of its own under `scratch/`; the pipeline's lock makes older ones leftovers of a crash."""
    root = settings.home / "scratch"
    root.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=root)) / SCRATCH_FILE


def sweep(settings: Settings) -> None:
    """Drop what killed builds left behind; called while no other build can run."""
    for folder in (settings.home / "scratch").glob("*"):
        shutil.rmtree(folder, ignore_errors=True)


def profile(settings: Settings, scratch: Path, snapshot: int, data_at: datetime | None) -> dict[str, str]:
    """The variables that the dbt project reads; described in `transforms/README.md`."""
    dated = {} if data_at is None else {"LAKE_DATA_AT": data_at.isoformat()}
    return dated | {
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "LAKE_CATALOG": settings.lake_catalog_url,
        "LAKE_SNAPSHOT": str(snapshot),
        "LAKE_SCRATCH": str(scratch),
        "LAKE_MEMORY": lake.memory_limit(settings),
    }


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
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


def _paths(settings: Settings) -> list[str]:
    target = _target(settings)
    places = {"--project-dir": PROJECT, "--profiles-dir": PROJECT, "--target-path": target, "--log-path": target}
    return [part for option, place in places.items() for part in (option, str(place))]


def _arguments(settings: Settings, marts: list[str] | None, full_refresh: bool) -> list[str]:
    """Of a build of these marts with all that they read, since scratch starts empty; None: of everything.

    dbt's `@source` would do it in one word, but it also takes what the tests downstream read, and every mart has a test
    that reads the workspaces.
    """
    arguments = [*_QUIETLY, "--no-write-json", "build", *_paths(settings)]
    arguments += ["--exclude-resource-type", "unit_test"]
    if marts is not None:
        # Tests that also read a mart outside of this build would find no table.
        arguments += ["--select", *(f"+{mart}" for mart in marts), "--indirect-selection", "cautious"]
    if full_refresh:
        arguments.append("--full-refresh")
    return arguments


def sources_read() -> frozenset[str]:
    """Raw tables that some mart is made of; a change of any other one moves no figure."""
    return _sources_of_marts(fingerprint())


@cache
def _sources_of_marts(_fingerprint: str) -> frozenset[str]:
    models = {path.stem: path for path in _project_files() if path.suffix == ".sql" and "models" in path.parts}
    waiting = [name for name, path in models.items() if "marts" in path.parts]
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


def _manifest(settings: Settings) -> Manifest:
    """Parse once per project version, whichever installation asks: where it builds is said at each run."""
    key = fingerprint()
    if key not in _warm:
        from dbt.cli.main import dbtRunner
        from dbt.contracts.graph.manifest import Manifest

        answer = dbtRunner().invoke([*_QUIETLY, "parse", *_paths(settings)])
        if not answer.success or not isinstance(answer.result, Manifest):
            raise BuildFailed(f"the dbt project does not parse: {answer.exception}")
        _warm.clear()
        _warm[key] = answer.result
    return _warm[key]


def _invoke(manifest: Manifest, arguments: list[str]) -> list[Any]:
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


def _shared(
    settings: Settings, manifest: Manifest, snapshot: int, marts: list[str]
) -> contextlib.AbstractContextManager[Shared | None]:
    sources = planning.sources(manifest, marts)
    return sharing.shared(settings, snapshot, sources, lambda: _plan(settings, manifest, marts))


def _invoke_on(manifest: Manifest, arguments: list[str], shared: Shared | None) -> list[Any]:
    """Build; tables that were made in parts are read from their files, and tested as if they had been made here."""
    if shared is None:
        return _invoke(manifest, arguments)
    inner = ["--exclude", *shared.plan.inner] if shared.plan.inner else []
    with _environment({"LAKE_PARTS": json.dumps(shared.folders)}):
        return _invoke(manifest, [*arguments, *inner])


def _plan(settings: Settings, manifest: Manifest, marts: list[str]) -> Plan | None:
    """These marts and what they read, compiled; None where dbt cannot, which the build itself will tell."""
    selected = ["--select", *(f"+{mart}" for mart in marts), "--indirect-selection", "empty"]
    silent = ["--log-level", "none", *_QUIETLY, "--no-write-json"]  # else it prints SQL
    compiled = _invoke(manifest, [*silent, "compile", *_paths(settings), *selected])
    if any(str(node.status) != "success" for node in compiled):
        return None
    return planning.plan(manifest, compiled)


def _marts_below(manifest: Manifest, changed: set[str] | None) -> list[str]:
    """Names of the marts that a change of these raw tables has to rebuild; None: all of them."""
    wanted = None if changed is None else {f".raw.{table}" for table in changed}

    @cache
    def reached(node: str) -> bool:
        if node in manifest.sources:
            return any(node.endswith(name) for name in wanted or ())
        return node in manifest.nodes and any(reached(parent) for parent in manifest.nodes[node].depends_on_nodes)

    models = (node for name, node in manifest.nodes.items() if name.startswith("model.") and node.schema == "marts")
    return sorted(model.name for model in models if wanted is None or reached(model.unique_id))


def _not_built(expected: list[str], built: list[str], results: list[CheckResult]) -> Iterator[CheckResult]:
    """A mart without a verdict is a failure of its own: silence would leave its last good verdict standing."""
    told = {result.table for result in results if not result.passed}
    for mart in expected:
        if mart not in built and mart not in told:
            reason = "what it reads failed" if told else "dbt gave no verdict on it"
            yield CheckResult(f"{mart} is built", "dbt", mart, passed=False, detail=f"it was not built: {reason}")


def _check(node: Any) -> Iterator[CheckResult]:
    """A test is a check; a model is one only when it failed. What was skipped is told by `_not_built`."""
    status = str(node.status)
    if status == "skipped":
        return
    is_test = node.node.resource_type in ("test", "unit_test")
    passed = status in ("pass", "success", "warn")
    if passed and not is_test:
        return
    detail = "" if status in ("pass", "success") else _readable(node)
    yield CheckResult(name=node.node.name, kind="dbt", table=_table(node.node), passed=passed, detail=detail)


def _readable(node: Any) -> str:
    """dbt's message without its file-and-line preamble, in one line."""
    lines = [line.strip() for line in str(node.message or node.status).splitlines() if line.strip()]
    return " ".join(lines)[:1000]


def _table(node: Any) -> str:
    if node.resource_type == "model":
        return str(node.name)
    attached = getattr(node, "attached_node", None)
    depends = [name for name in getattr(node.depends_on, "nodes", ()) if name.startswith(("model.", "source."))]
    name = attached or (depends[-1] if depends else node.name)
    return str(name).rsplit(".", 1)[-1]
