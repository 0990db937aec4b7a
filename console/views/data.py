"""Data: whether the figures may be trusted now, and what stands behind that."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from console import access, language, panels, queries
from console.access import Viewer
from console.language import tell as _
from console.panels import Panel
from console.templating import show
from imisofts import settings as settings_module
from warehouse.gateway import AuditRow, LakeRecord, PublicationRow, State
from warehouse.status import SourceSide


def page(viewer: Viewer, state: State) -> None:
    """Draw the page."""
    st.title(_("Data"))
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
    replicated = language.instant(state.replicated_at, seconds=True) if state.replicated_at else _("never")
    audited = language.instant(state.audited_at) if state.audited_at else _("never")
    failed = language.count("{number} check failed", "{number} checks failed", len(state.failed_checks))
    return [
        (_("Waiting to be replicated"), *_waiting(side)),
        (_("Last sign of replication"), replicated, _("fresh") if state.fresh else state.stale_reason or _("stale")),
        compared(side),
        (_("Last audit"), audited, _("passed") if state.audit_passed else failed),
        (_("Publication"), str(state.publication.id) if state.publication else _("none yet"), _published(state)),
    ]


def _waiting(side: SourceSide) -> tuple[str, str]:
    """Rows that have not been carried over, and since how many seconds."""
    if side.undelivered is None:
        return _("cannot be told"), ""
    rows = language.count("{number} row", "{number} rows", side.undelivered.rows)
    seconds = language.count("{number} second", "{number} seconds", round(side.undelivered.seconds))
    return (_("at least {rows}", rows=rows) if side.undelivered.at_least else rows), seconds


def compared(side: SourceSide) -> tuple[str, str, str]:
    """Whether source and lake were equal row by row when they were last compared; the oldest verdict counts."""
    label = _("Compared row by row")
    if not side.verified:
        return (label, _("not yet"), _("once a day, and before reports"))
    apart = [one.verdict.name for one in side.verified if not one.verdict.equal]
    at = language.instant(min(one.at for one in side.verified))
    if apart:
        differ = language.count("{number} table differs", "{number} tables differ", len(apart))
        return (label, differ, f"{', '.join(apart[:3])}; {at}")
    equal = language.count("{number} table", "{number} tables", len(side.verified))
    return (label, _("every row equal"), f"{equal}, {at}")


def _published(state: State) -> str:
    if state.publication is None:
        return ""
    return _(
        "data to {day}, {checks} checks passed",
        day=language.day(state.publication.data_on),
        checks=state.publication.checks_passed,
    )


def held(state: State, record: LakeRecord, reports: Sequence[Mapping[str, Any]]) -> Panel:
    """What does not leave at present, and why."""
    reasons: list[dict[str, object]] = []
    if not state.audit_passed and record.audits:
        reasons += [
            _reason(_("the next publication"), f"{check.name}: {check.detail or _('failed')}", check.table)
            for check in record.audits[0].checks
            if not check.passed
        ]
    if not state.fresh:
        reasons.append(_reason(_("client reports"), state.stale_reason or _("the data is stale"), _("replication")))
    elif not state.audit_passed:
        reasons.append(_reason(_("client reports"), _("the last audit failed"), _("audit")))
    reasons += [
        _reason(_("report {period}", period=report["period"]), report["held_reason"], report["client_name"])
        for report in reports
    ]
    return Panel(
        question=_("Is anything held back?"),
        answer=_("These wait until their reason is gone, and are then released once.")
        if reasons
        else _("Nothing is held back."),
        table=reasons,
        export=reasons,
    )


def _reason(what: str, why: object, about: object) -> dict[str, object]:
    return {_("held"): what, _("why"): why, _("about"): about}


def tables(record: LakeRecord, side: SourceSide) -> Panel:
    """Rows of this workspace on both sides; a difference is what has not arrived yet."""
    names = sorted({*record.rows_by_table, *side.rows_by_table})
    rows = [
        {
            _("table"): name,
            _("source"): side.rows_by_table.get(name),
            _("lake"): record.rows_by_table.get(name),
            _("behind"): _behind(side.rows_by_table.get(name), record.rows_by_table.get(name)),
        }
        for name in names
    ]
    apart = [row for row in rows if row[_("behind")]]
    answer = (
        _("{apart} of {all} tables still wait for rows.", apart=len(apart), all=len(names))
        if apart
        else _("All {all} tables have equal rows.", all=len(names))
    )
    return Panel(
        question=_("Has everything arrived?"),
        answer=answer
        if side.reason is None
        else _("The source does not answer as it should: {reason}", reason=side.reason),
        table=rows,
        export=rows,
    )


def _behind(source: int | None, lake: int | None) -> int | None:
    return None if source is None or lake is None else source - lake


def checks(audits: Sequence[AuditRow]) -> Panel:
    """Every check of the last audit, the failed ones first."""
    if not audits:
        return Panel(_("What was checked?"), "", empty=_("Nothing has been audited yet."))
    last = audits[0]
    ordered = sorted(last.checks, key=lambda check: (check.passed, check.kind, check.name))
    rows = [
        {
            _("result"): _("passed") if check.passed else _("FAILED"),
            _("check"): check.name,
            _("kind"): check.kind,
            _("about"): check.table,
            _("detail"): check.detail,
        }
        for check in ordered
    ]
    failed = sum(1 for check in last.checks if not check.passed)
    return Panel(
        question=_("What was checked?"),
        answer=_(
            "{all} checks on {at}: {passed} passed, {failed} failed.",
            all=len(rows),
            at=language.instant(last.at),
            passed=len(rows) - failed,
            failed=failed,
        ),
        table=rows,
        export=rows,
    )


def publications(found: Sequence[PublicationRow]) -> Panel:
    """The last publications, newest first, with what each stands on."""
    rows: list[dict[str, object]] = [
        {
            _("publication"): one.id,
            _("published (UTC)"): f"{one.published_at:%Y-%m-%d %H:%M:%S}",
            _("data to"): one.data_on.isoformat() if one.data_on else None,
            _("checks passed"): one.checks_passed,
            _("checks failed"): one.checks_failed,
            _("definitions"): one.metric_version,
            _("source position"): one.source_lsn,
            _("lake snapshot"): one.lake_snapshot,
        }
        for one in found
    ]
    return Panel(
        question=_("What was published, and when?"),
        answer=language.count(
            "The last {number} publication; every page shows figures of one of them.",
            "The last {number} publications; every page shows figures of one of them.",
            len(rows),
        ),
        table=rows,
        empty="" if rows else _("Nothing has been published yet."),
        export=rows,
    )
