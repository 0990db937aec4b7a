"""Data: whether the figures may be trusted now, and what stands behind that."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from console import access, panels, queries
from console.access import Viewer
from console.panels import Panel
from console.templating import show
from imisofts import settings as settings_module
from warehouse.gateway import AuditRow, LakeRecord, PublicationRow, State
from warehouse.status import SourceSide


def page(viewer: Viewer, state: State) -> None:
    """Draw the page."""
    st.title("Data")
    record, side = queries.record(viewer), queries.source_side(viewer)
    show("facts.html", facts=standing(state, side))
    slug = viewer.slug
    panels.panel(
        "held", f"{slug}-held", lambda: held(state, record, access.held_reports(settings_module.load().public_url))
    )
    left, right = st.columns(2)
    with left:
        panels.panel("tables", f"{slug}-tables", lambda: tables(record, side))
    with right:
        panels.panel("checks", f"{slug}-checks", lambda: checks(record.audits))
    panels.panel("publications", f"{slug}-publications", lambda: publications(record.publications))


def standing(state: State, side: SourceSide) -> list[tuple[str, str, str]]:
    """Five facts: how far replication is behind, when it last lived, whether all rows are equal, audit, publication."""
    waiting = "cannot be told" if side.undelivered is None else counted(side.undelivered.rows, "row")
    if side.undelivered is not None and side.undelivered.at_least:
        waiting = f"at least {waiting}"
    seconds = "" if side.undelivered is None else f"{side.undelivered.seconds:,.0f} seconds"
    replicated = f"{state.replicated_at:%-d %b %Y %H:%M:%S} UTC" if state.replicated_at else "never"
    audited = f"{state.audited_at:%-d %b %Y %H:%M} UTC" if state.audited_at else "never"
    return [
        ("Waiting to be replicated", waiting, seconds),
        ("Last sign of replication", replicated, "fresh" if state.fresh else state.stale_reason or "stale"),
        compared(side),
        (
            "Last audit",
            audited,
            "passed" if state.audit_passed else f"{counted(len(state.failed_checks), 'check')} failed",
        ),
        ("Publication", str(state.publication.id) if state.publication else "none yet", _published(state)),
    ]


def compared(side: SourceSide) -> tuple[str, str, str]:
    """Whether source and lake were equal row by row when they were last compared; the oldest verdict counts."""
    label = "Compared row by row"
    if not side.verified:
        return (label, "not yet", "once a day, and before reports")
    apart = [one.verdict.name for one in side.verified if not one.verdict.equal]
    at = f"{min(one.at for one in side.verified):%-d %b %Y %H:%M} UTC"
    if apart:
        verb = "differs" if len(apart) == 1 else "differ"
        return (label, f"{counted(len(apart), 'table')} {verb}", f"{', '.join(apart[:3])}; {at}")
    return (label, "every row equal", f"{counted(len(side.verified), 'table')}, {at}")


def counted(number: int, word: str) -> str:
    """``1 row``, ``2 rows``."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _published(state: State) -> str:
    if state.publication is None:
        return ""
    return f"data to {state.publication.data_on:%-d %b %Y}, {state.publication.checks_passed} checks passed"


def held(state: State, record: LakeRecord, reports: Sequence[Mapping[str, Any]]) -> Panel:
    """What does not leave at present, and why."""
    reasons: list[dict[str, object]] = []
    if not state.audit_passed and record.audits:
        reasons += [
            {"held": "the next publication", "why": f"{check.name}: {check.detail or 'failed'}", "about": check.table}
            for check in record.audits[0].checks
            if not check.passed
        ]
    if not state.fresh:
        reasons.append(
            {"held": "client reports", "why": state.stale_reason or "the data is stale", "about": "replication"}
        )
    elif not state.audit_passed:
        reasons.append({"held": "client reports", "why": "the last audit failed", "about": "audit"})
    reasons += [
        {
            "held": f"report {report['period']}",
            "why": report["held_reason"],
            "about": report["client_name"],
        }
        for report in reports
    ]
    return Panel(
        question="Is anything held back?",
        answer="These wait until their reason is gone, and are then released once."
        if reasons
        else "Nothing is held back.",
        table=reasons,
        export=reasons,
    )


def tables(record: LakeRecord, side: SourceSide) -> Panel:
    """Rows of this workspace on both sides; a difference is what has not arrived yet."""
    names = sorted({*record.rows_by_table, *side.rows_by_table})
    rows = [
        {
            "table": name,
            "source": side.rows_by_table.get(name),
            "lake": record.rows_by_table.get(name),
            "behind": _behind(side.rows_by_table.get(name), record.rows_by_table.get(name)),
        }
        for name in names
    ]
    apart = [row for row in rows if row["behind"]]
    answer = (
        f"{len(apart)} of {len(names)} tables still wait for rows."
        if apart
        else f"All {len(names)} tables have equal rows."
    )
    return Panel(
        question="Has everything arrived?",
        answer=answer if side.reason is None else f"The source does not answer as it should: {side.reason}",
        table=rows,
        export=rows,
    )


def _behind(source: int | None, lake: int | None) -> int | None:
    return None if source is None or lake is None else source - lake


def checks(audits: Sequence[AuditRow]) -> Panel:
    """Every check of the last audit, the failed ones first."""
    if not audits:
        return Panel("What was checked?", "", empty="Nothing has been audited yet.")
    last = audits[0]
    ordered = sorted(last.checks, key=lambda check: (check.passed, check.kind, check.name))
    rows = [
        {
            "result": "passed" if check.passed else "FAILED",
            "check": check.name,
            "kind": check.kind,
            "about": check.table,
            "detail": check.detail,
        }
        for check in ordered
    ]
    failed = sum(1 for check in last.checks if not check.passed)
    return Panel(
        question="What was checked?",
        answer=f"{len(rows)} checks on {last.at:%-d %B %Y at %H:%M} UTC: {len(rows) - failed} passed, {failed} failed.",
        table=rows,
        export=rows,
    )


def publications(found: Sequence[PublicationRow]) -> Panel:
    """The last publications, newest first, with what each stands on."""
    rows: list[dict[str, object]] = [
        {
            "publication": one.id,
            "published (UTC)": f"{one.published_at:%Y-%m-%d %H:%M:%S}",
            "data to": one.data_on.isoformat() if one.data_on else None,
            "checks passed": one.checks_passed,
            "checks failed": one.checks_failed,
            "definitions": one.metric_version,
            "source position": one.source_lsn,
            "lake snapshot": one.lake_snapshot,
        }
        for one in found
    ]
    return Panel(
        question="What was published, and when?",
        answer=f"The last {counted(len(rows), 'publication')}; every page shows figures of one of them.",
        table=rows,
        empty="" if rows else "Nothing has been published yet.",
        export=rows,
    )
