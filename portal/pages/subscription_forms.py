"""What staff do to a subscription: start, change lines, pause, resume, cancel. Each form is a page of its own, so it
works without scripts, and what was typed stays when it is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from starlette.responses import Response

from imisofts.access import Action
from portal import merge, merge_lines
from portal.confirm import Confirmation
from portal.door import Answer, Json, Problem, Refusal
from portal.forms import Form, required, typed, with_boxes, with_problem
from portal.language import day
from portal.language import gettext as _
from portal.lists import Choice
from portal.pages.invoice_forms import choose_clients, new_key
from portal.pages.subscription_lines import (
    BLANK,
    CHANGED_FIELDS,
    NEW_FIELDS,
    ONCE,
    aligned,
    changed_lines,
    new_lines,
    said,
    shown,
    terms,
    typed_lines,
)
from portal.pages.subscriptions import LineRow, SubscriptionRow
from portal.web import Page, Visit
from portal.words import interval_choices

HEAD_FIELDS = ("client_id", "name", "currency", "started_on", "trial_ends_on", "items")
VERB_FIELDS = {"pause": ("from", "until"), "resume": ("on",), "cancel": ("on", "reason")}


@dataclass(frozen=True, slots=True)
class NewPage:
    """The editor of a new subscription; ``lines`` are the typed rows."""

    form: Form
    lines: tuple[Mapping[str, str], ...]
    clients: tuple[Choice, ...]
    services: tuple[Choice, ...]
    intervals: tuple[Choice, ...]
    key: str


@dataclass(frozen=True, slots=True)
class ChangePage:
    """The editor of lines: ``stored`` are in force (or, before the beginning, agreed), ``lines`` what is typed about
    each, ``added`` new ones. ``earliest`` is the first day a change may reach."""

    subscription: SubscriptionRow
    form: Form
    stored: tuple[LineRow, ...]
    lines: tuple[Mapping[str, str], ...]
    removed: frozenset[str]
    added: tuple[Mapping[str, str], ...]
    services: tuple[Choice, ...]
    intervals: tuple[Choice, ...]
    kept_intervals: tuple[Choice, ...]
    earliest: str
    etag: str
    key: str


@dataclass(frozen=True, slots=True)
class VerbPage:
    """Pause, resume or cancel. ``period_ends_on`` is the end of what is paid for, when there is a choice."""

    verb: str
    subscription: SubscriptionRow
    form: Form
    earliest: str
    period_ends_on: str
    etag: str
    key: str


async def _services(visit: Visit) -> tuple[Choice, ...]:
    answer = await visit.api.get("/services", params={"archived": "false", "sort": "name", "limit": "200"})
    return tuple(Choice(str(row["id"]), str(row["name"])) for row in answer.items)


def _intervals() -> tuple[Choice, ...]:
    return (*interval_choices(_("As the service, else monthly")), Choice(ONCE, _("Once, not again")))


async def _new_page(visit: Visit, form: Form, lines: list[dict[str, str]], status: int = 200) -> Response:
    clients = await choose_clients(visit, form.value("client_id"))
    page = NewPage(form, tuple(lines or [BLANK]), clients, await _services(visit), _intervals(), new_key())
    return visit.page("subscriptions/new.html", page, status)


async def new_subscription(visit: Visit) -> Response:
    """An empty editor, for a client when one was chosen before."""
    values = {"client_id": visit.request.query_params.get("client_id", ""), "started_on": visit.me.today.isoformat()}
    return await _new_page(visit, Form(values), [])


async def create_subscription(visit: Visit) -> Response:
    """Start it, or show the form again; also adds a line for browsers without scripts."""
    form = typed(visit.sent.multi_items())
    rows = typed_lines(visit.sent, "items", NEW_FIELDS)
    if "add_line" in visit.sent:
        return await _new_page(visit, form, [*rows, BLANK])
    rows = [row for row in rows if said(row)]
    if not form.value("client_id"):
        form = form.failed("client_id", _("Choose a client."))
    form = required(form, started_on=_("the first day"))
    if not rows:
        form = form.failed("items", _("Enter at least one line."))
    form, items = new_lines(form, rows, "items")
    if form.ok:
        body: Json = {name: form.value(name) for name in HEAD_FIELDS if form.value(name)}
        try:
            made = await visit.api.post("/subscriptions", json=body | {"items": items}, key=form.value("key"))
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            names = (*HEAD_FIELDS, *_names("items", len(rows), NEW_FIELDS))
            form = with_problem(form, problem.detail, problem.fields, names)
        else:
            return visit.leave(f"/subscriptions/{made.object['id']}", _("The subscription is agreed."))
    return await _new_page(visit, form, rows, 422)


def _names(prefix: str, count: int, fields: tuple[str, ...]) -> list[str]:
    return [f"{prefix}.{n}.{name}" for n in range(count) for name in fields]


def _stored(body: Json, today: date) -> list[LineRow]:
    """The row of each line that a change would follow: in force today, else the next one."""
    rows = [LineRow.of(row) for row in body["items"] if row["ended_on"] != row["started_on"]]
    found: dict[str, LineRow] = {}
    for row in sorted(rows, key=lambda row: row.started_on):
        if row.holds(today.isoformat()) or row.started_on > today.isoformat():
            found.setdefault(row.line_id, row)
    return list(found.values())


def _earliest(visit: Visit, row: SubscriptionRow) -> str:
    return max(visit.me.today.replace(day=1).isoformat(), row.started_on)


async def _change_page(
    visit: Visit, answer: Answer, form: Form, lines: list[dict[str, str]], status: int = 200
) -> Response:
    subscription = SubscriptionRow.of(answer.object)
    stored = _stored(answer.object, visit.me.today)
    added = typed_lines(visit.sent, "add", NEW_FIELDS)
    page = ChangePage(
        subscription=subscription,
        form=form,
        stored=tuple(stored),
        lines=tuple(aligned(lines, stored)),
        removed=frozenset(str(value) for value in visit.sent.getlist("remove")),
        added=(*added, BLANK) if "add_line" in visit.sent else tuple(added),
        services=await _services(visit),
        intervals=_intervals(),
        kept_intervals=interval_choices("")[1:],
        earliest=_earliest(visit, subscription),
        etag=form.value("etag") or answer.etag,
        key=new_key(),
    )
    return visit.page("subscriptions/change.html", page, status)


async def ask_change(visit: Visit) -> Response:
    """The lines as they are."""
    answer = await visit.api.get(f"/subscriptions/{visit.request.path_params['id']}")
    subscription = SubscriptionRow.of(answer.object)
    first = max(visit.me.today.isoformat(), subscription.started_on)
    form = _compared(Form({"effective_on": first}), [shown(row) for row in _stored(answer.object, visit.me.today)])
    return await _change_page(visit, answer, form, [])


def _compared(form: Form, rows: list[dict[str, str]], added: Sequence[Mapping[str, str]] = ()) -> Form:
    """The form with its lines as values, so that a lost race is settled line by line."""
    form = merge_lines.with_lines(form, "items", rows, CHANGED_FIELDS, "items.")
    return merge_lines.with_lines(form, "add", added, NEW_FIELDS, "add.")


async def change_subscription(visit: Visit) -> Response:
    """Change what was typed differently, unless somebody else was faster."""
    path = f"/subscriptions/{visit.request.path_params['id']}"
    answer = await visit.api.get(path)
    form = required(typed(visit.sent.multi_items()), effective_on=_("a day"))
    stored = _stored(answer.object, visit.me.today)
    rows = aligned(typed_lines(visit.sent, "items", CHANGED_FIELDS), stored)
    if "add_line" in visit.sent:
        return await _change_page(visit, answer, form, rows)
    removed = {str(value) for value in visit.sent.getlist("remove")}
    form, items, places = changed_lines(form, rows, stored, removed)
    new = [row for row in typed_lines(visit.sent, "add", NEW_FIELDS) if said(row)]
    form, added = new_lines(form, new, "add")
    status = 422
    if form.ok and not items and not added:
        form = replace(form, problem=_("Nothing is different yet: change a line, or add one."))
    if form.ok:
        body: Json = {"effective_on": form.value("effective_on"), "items": items, "add": added}
        try:
            await visit.api.post(f"{path}/change", json=body, key=form.value("key"), etag=form.value("etag"))
            return visit.leave(path, _("The change is agreed."))
        except Refusal as problem:
            status = problem.status
            if status == 412:
                return await _ask_which(visit, with_boxes(_compared(form, rows, new), remove=removed), answer)
            names = (*_names("items", len(rows), CHANGED_FIELDS), *_names("add", len(new), NEW_FIELDS), "effective_on")
            form = with_problem(form, problem.detail, _replaced(problem, places), names)
    return await _change_page(visit, answer, form, rows, status)


async def _ask_which(visit: Visit, form: Form, now: Answer) -> Response:
    """Two people changed the lines of the same subscription; ``now`` is read before the try that came too late."""
    subscription, stored = SubscriptionRow.of(now.object), _stored(now.object, visit.me.today)
    named = {line.line_id: line for line in stored}

    def words(row: Mapping[str, str]) -> str:
        line = named.get(row.get("line_id", ""))
        return f"{line.description}: {terms(row, line.currency)}" if line else row.get("description", "")

    ends = (Choice(line.line_id, line.description) for line in stored)
    fields: tuple[merge.Field | merge_lines.Lines, ...] = (
        merge_lines.Lines("items", _("Lines"), words, key="line_id"),
        merge_lines.Lines("add", _("New lines"), words),
        *merge.boxes("remove", _("This line ends on that day"), ends),
    )
    subject = merge.Subject(subscription.title, subscription.id, f"/subscriptions/{subscription.id}")
    there = _compared(Form(), [shown(line) for line in stored])
    return await merge.ask(visit, form, there, now.etag, fields, subject)


def _replaced(problem: Problem, places: list[int]) -> dict[str, str]:
    """The API counts the lines it was sent; the form counts those it shows."""
    found: dict[str, str] = {}
    for name, message in problem.fields.items():
        head, _dot, rest = name.removeprefix("items.").partition(".")
        if name.startswith("items.") and head.isdecimal():
            field = rest if rest in CHANGED_FIELDS else "quantity"
            name = f"items.{places[int(head)]}.{field}"
        found[name] = message
    return found


def _race_words(problem: Problem) -> str:
    if problem.status == 412:
        return _(
            "Somebody else changed this subscription in the meantime. Your entries are still here: "
            "look at the lines below, then save again."
        )
    return problem.detail


async def _verb_page(visit: Visit, verb: str, answer: Answer, form: Form, status: int = 200) -> Response:
    subscription = SubscriptionRow.of(answer.object)
    page = VerbPage(
        verb=verb,
        subscription=subscription,
        form=form,
        earliest=_earliest(visit, subscription),
        period_ends_on=answer.object.get("period_ends_on") or "",
        etag=answer.etag,
        key=new_key(),
    )
    return visit.page(f"subscriptions/{verb}.html", page, status)


def _verb(visit: Visit) -> tuple[str, str]:
    """The verb of this address, and the path of the subscription."""
    return visit.request.url.path.rpartition("/")[2], f"/subscriptions/{visit.request.path_params['id']}"


async def ask_verb(visit: Visit) -> Response:
    """The form of a verb, with the days that most people mean."""
    verb, path = _verb(visit)
    answer = await visit.api.get(path)
    row = SubscriptionRow.of(answer.object)
    first = max(visit.me.today.isoformat(), row.started_on)
    when = "period_end" if answer.object.get("period_ends_on") else "now"
    return await _verb_page(visit, verb, answer, Form({"from": first, "on": first, "when": when}))


def _verb_body(form: Form, verb: str) -> Json:
    if verb != "cancel":
        return {name: form.value(name) for name in VERB_FIELDS[verb] if form.value(name)}
    body: Json = {"reason": form.value("reason")} if form.value("reason") else {}
    when = form.value("when")
    if when == "period_end":
        body["at_period_end"] = True
    elif when == "on":
        body["on"] = form.value("on")
    return body


async def do_verb(visit: Visit) -> Response:
    """Do it, or show the form again with what is wrong."""
    verb, path = _verb(visit)
    form = typed(visit.sent.multi_items())
    if verb == "resume" or (verb == "cancel" and form.value("when") == "on"):
        form = required(form, on=_("a day"))
    status = 422
    if form.ok:
        try:
            body = _verb_body(form, verb)
            await visit.api.post(f"{path}/{verb}", json=body, key=form.value("key"), etag=form.value("etag"))
        except Refusal as problem:
            status = problem.status
            form = with_problem(form, _race_words(problem), problem.fields, VERB_FIELDS[verb])
        else:
            done = {
                "pause": _("Paused: nothing is charged on these days."),
                "resume": _("Resumed."),
                "cancel": _("The end is agreed."),
            }
            return visit.leave(path, done[verb])
    return await _verb_page(visit, verb, await visit.api.get(path), form, status)


async def ask_to_withdraw(visit: Visit) -> Response:
    """The question before a cancellation is taken back."""
    path = f"/subscriptions/{visit.request.path_params['id']}"
    answer = await visit.api.get(path)
    row = SubscriptionRow.of(answer.object)
    if row.status.code != "cancelled":
        return visit.leave(path, _("No end is agreed for this subscription."), "information")
    question = Confirmation(
        title=_("Withdraw the cancellation?"),
        subject=row.title,
        going=_("It no longer ends on %(day)s: it is charged again as it was agreed before.", day=day(row.ended_on)),
        staying=_("That it was cancelled, and when, stays in its history and in the figures of these days."),
        button=_("Withdraw cancellation"),
        icon="player-play",
        action=f"{path}/withdraw-cancellation",
        back=path,
        etag=answer.etag or "",
        key=new_key(),
    )
    return visit.page("confirm.html", question)


async def withdraw_cancellation(visit: Visit) -> Response:
    """Let the subscription go on."""
    path, form = f"/subscriptions/{visit.request.path_params['id']}", typed(visit.sent.multi_items())
    try:
        await visit.api.post(f"{path}/withdraw-cancellation", key=form.value("key"), etag=form.value("etag"))
    except Refusal as problem:
        return visit.leave(path, _race_words(problem), "warning")
    return visit.leave(path, _("The cancellation is withdrawn: the subscription goes on."))


ROUTES = (
    Page("/subscriptions/{id:uuid}/withdraw-cancellation", ask_to_withdraw, action=Action.subscription_write),
    Page(
        "/subscriptions/{id:uuid}/withdraw-cancellation",
        withdraw_cancellation,
        ("POST",),
        action=Action.subscription_write,
    ),
    Page("/subscriptions/new", new_subscription, action=Action.subscription_write),
    Page("/subscriptions/new", create_subscription, ("POST",), action=Action.subscription_write),
    Page("/subscriptions/{id:uuid}/change", ask_change, action=Action.subscription_write),
    Page("/subscriptions/{id:uuid}/change", change_subscription, ("POST",), action=Action.subscription_write),
    *(
        Page(f"/subscriptions/{{id:uuid}}/{verb}", handler, methods, action=Action.subscription_write)
        for verb in VERB_FIELDS
        for handler, methods in ((ask_verb, ("GET",)), (do_verb, ("POST",)))
    ),
)
