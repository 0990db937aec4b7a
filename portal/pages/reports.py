"""Client reports: what was sent, what is held and why, and a new one."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, timedelta

from starlette.responses import Response

from imisofts.access import Action
from portal import bulk_verbs, export, lists, tables
from portal.confirm import Confirmation
from portal.door import Json, Problem
from portal.figures import DataState, data_state
from portal.foreign import sentence
from portal.forms import Form, required, typed, with_problem
from portal.language import gettext as _
from portal.language import month_name
from portal.tables import Column
from portal.web import Page, Visit
from portal.words import Status, delivery_status

MONTHS, QUARTERS = 36, 12
"""How many ended periods the form offers."""
STATUSES = ("draft", "held", "failed", "queued", "approved", "sent", "built", "unknown", "withdrawn")


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One delivery; ``at`` is when it was sent, else made, ``reason`` why it is held or failed."""

    id: str
    client_id: str
    client_name: str
    period: str
    status: Status
    reason: str
    at: str
    made_at: str
    sent_at: str
    version: int
    has_pdf: bool
    may_release: bool = False
    may_redeliver: bool = False
    may_approve: bool = False
    may_withdraw: bool = False

    @classmethod
    def of(cls, row: Json, client_name: str = "") -> "ReportRow":
        """From an API object."""
        status = delivery_status(row["status"])
        return cls(
            id=str(row["id"]),
            client_id=str(row.get("client_id") or ""),
            client_name=row.get("client_name") or client_name,
            period=month_name(row["period"]),
            status=status,
            reason=sentence(row.get("held_reason") or row.get("failure") or ""),
            at=row.get("sent_at") or row.get("created_at") or "",
            made_at=row["created_at"],
            sent_at=row.get("sent_at") or "",
            version=row["version"],
            has_pdf=row.get("figures_hash") is not None,
            may_release=status.code == "held",
            may_redeliver=status.code == "failed",
            may_approve=status.code == "draft",
            may_withdraw=status.code in {"draft", "approved", "held", "failed"},
        )

    def only_read(self) -> "ReportRow":
        """The same for who may look and not act."""
        return replace(self, may_release=False, may_redeliver=False, may_approve=False, may_withdraw=False)


@dataclass(frozen=True, slots=True)
class ReportsPage:
    """The list, the state of the data that decides what leaves, and the form for a new one (staff)."""

    state: lists.ListState
    table: tables.Table
    rows: tuple[ReportRow, ...]
    statuses: tuple[lists.Choice, ...]
    data: DataState | None
    form: Form
    clients: tuple[lists.Choice, ...]
    periods: tuple[lists.Choice, ...]
    may_manage: bool


async def show_reports(visit: Visit) -> Response:
    """The list."""
    return await _page(visit, Form({"period": _last_month(visit.me.today)}))


def _last_month(today: date) -> str:
    return (today.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")


def _periods(today: date) -> tuple[lists.Choice, ...]:
    """The months and quarters that have ended, each kind newest first."""
    month, quarter = today.year * 12 + today.month - 1, today.year * 4 + (today.month - 1) // 3
    months = [divmod(month - back, 12) for back in range(1, MONTHS + 1)]
    quarters = [divmod(quarter - back, 4) for back in range(1, QUARTERS + 1)]
    texts = [f"{year}-{n + 1:02}" for year, n in months] + [f"{year}-Q{n + 1}" for year, n in quarters]
    return tuple(lists.Choice(text, month_name(text)) for text in texts)


def _state(visit: Visit) -> lists.ListState:
    return lists.read(
        visit.request,
        "/reports",
        filters=("client_id", "status"),
        sortable=("created_at", "period", "sent_at"),
        default_sort="-created_at",
    )


def _query(state: lists.ListState) -> dict[str, str]:
    asked = {"q": state.q, "cursor": state.cursor, "client_id": state.filters["client_id"]}
    if state.filters["status"] in STATUSES:
        asked["status"] = state.filters["status"]
    query = {"sort": state.sort, "limit": str(lists.LIMIT)}
    return query | {name: value for name, value in asked.items() if value}


def _columns(visit: Visit) -> tuple[Column, ...]:
    staff = () if visit.me.is_client else (Column("client_name", _("Client")), Column("status", _("Status")))
    return (
        Column("period", _("Period"), sort=True, fixed=True),
        *staff,
        Column("sent_at", _("Sent"), sort=True),
        Column("created_at", _("Made"), sort=True, usual=not visit.me.is_client),
    )


async def export_reports(visit: Visit) -> Response:
    """The same rows as CSV or Excel."""
    rows = await export.all_rows(visit.api, "/reports", _query(_state(visit)))
    staff = {} if visit.me.is_client else {"client_name": _("Client"), "status": _("Status")}
    columns = {"period": _("Period"), **staff, "sent_at": _("Sent"), "created_at": _("Made")}
    return export.table_file(visit, "reports", columns, rows)


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    state = _state(visit)
    may_manage = visit.me.may(Action.report_manage)
    staff = not visit.me.is_client
    answer, table, data, clients = await asyncio.gather(
        visit.api.get("/reports", params=_query(state)),
        tables.of(visit, state, _columns(visit), bulk_verbs.REPORTS.bar(visit, "approve", "release", "redeliver")),
        data_state(visit.api) if staff else _none(),
        _clients(visit) if staff else _nobody(),
    )
    names = {choice.value: choice.label for choice in clients}
    rows = tuple(ReportRow.of(row, names.get(str(row.get("client_id")), "")) for row in answer.items)
    rows = tuple(row if may_manage else row.only_read() for row in rows)
    page = ReportsPage(
        state=lists.moved(state, answer.next_cursor),
        table=table,
        rows=rows,
        statuses=tuple(lists.Choice(code, delivery_status(code).label) for code in STATUSES),
        data=data,
        form=form,
        clients=clients,
        periods=_periods(visit.me.today),
        may_manage=may_manage,
    )
    return visit.page("reports/list.html", page, status)


async def _none() -> None:
    return None


async def _nobody() -> tuple[lists.Choice, ...]:
    return ()


async def _clients(visit: Visit) -> tuple[lists.Choice, ...]:
    answer = await visit.api.get("/clients", params={"sort": "name", "limit": "200"})
    return tuple(lists.Choice(str(row["id"]), row["name"]) for row in answer.items)


async def build_report(visit: Visit) -> Response:
    """Ask for a report of one client and period; delivery is by mail and here."""
    form = required(typed(visit.sent.multi_items()), period=_("a month or quarter"))
    if not form.value("client"):
        form = form.failed("client", _("Choose a client."))
    status = 422
    if form.ok:
        body = {
            "client": form.value("client"),
            "period": form.value("period"),
            "deliver": bool(visit.sent.get("deliver")),
        }
        try:
            made = await visit.api.post("/reports", json=body)
        except Problem as problem:
            if problem.status not in {404, 409, 422}:
                raise
            status = 422 if problem.status == 404 else problem.status
            form = with_problem(form, problem.detail, problem.fields, ("client", "period"))
        else:
            return visit.leave("/reports", _built_words(str(made.object.get("status", ""))))
    return await _page(visit, form, status)


def _built_words(status: str) -> str:
    if status == "held":
        return _("The report is held back until the figures may be trusted; the reason is in the list.")
    return _("The report is being made.")


async def release_report(visit: Visit) -> Response:
    """Let a held report go."""
    return await _act(visit, "release", _("The report is released."))


async def redeliver_report(visit: Visit) -> Response:
    """Try a failed report anew."""
    return await _act(visit, "redeliver", _("The report is being sent again."))


async def approve_report(visit: Visit) -> Response:
    """Let a draft leave as it was read."""
    return await _act(visit, "approve", _("The report is approved and on its way to the client."))


async def ask_to_withdraw(visit: Visit) -> Response:
    """The question before a report is kept for good."""
    row = ReportRow.of((await visit.api.get(f"/reports/{visit.request.path_params['id']}")).object)
    if not row.may_withdraw:
        return visit.leave("/reports", _("This report has left already, or was withdrawn before."), "information")
    question = Confirmation(
        title=_("Withdraw this report?"),
        subject=_("Reports"),
        going=_(
            "%(client)s never gets the report for %(period)s by itself.", client=row.client_name, period=row.period
        ),
        staying=_("Its figures stay where they are; a new report of the same time can be made at any moment."),
        button=_("Withdraw report"),
        icon="archive",
        action=f"/reports/{row.id}/withdraw",
        back="/reports",
        etag="",
    )
    return visit.page("confirm.html", question)


async def withdraw_report(visit: Visit) -> Response:
    """Keep a report from ever leaving."""
    return await _act(visit, "withdraw", _("The report is withdrawn."))


async def _act(visit: Visit, verb: str, done: str) -> Response:
    try:
        await visit.api.post(f"/reports/{visit.request.path_params['id']}/{verb}")
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        return visit.leave("/reports", problem.detail, "warning")
    return visit.leave("/reports", done)


async def download_report(visit: Visit) -> Response:
    """The PDF, as frozen when it was made."""
    return export.attached(await visit.api.get(f"/reports/{visit.request.path_params['id']}/pdf"))


ROUTES = (
    Page("/reports", show_reports, action=Action.report_read),
    Page("/reports.csv", export_reports, action=Action.report_read),
    Page("/reports", build_report, ("POST",), action=Action.report_manage),
    Page("/reports/{id:uuid}/pdf", download_report, action=Action.report_read),
    Page("/reports/{id:uuid}/release", release_report, ("POST",), action=Action.report_manage),
    Page("/reports/{id:uuid}/redeliver", redeliver_report, ("POST",), action=Action.report_manage),
    Page("/reports/{id:uuid}/approve", approve_report, ("POST",), action=Action.report_manage),
    Page("/reports/{id:uuid}/withdraw", ask_to_withdraw, action=Action.report_manage),
    Page("/reports/{id:uuid}/withdraw", withdraw_report, ("POST",), action=Action.report_manage),
)
