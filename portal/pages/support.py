"""When support is open, and what is promised for each priority."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import Response

from imisofts.access import Action
from portal.door import Json, Refusal
from portal.forms import Form, typed, with_problem
from portal.hours import minutes_of
from portal.language import gettext as _
from portal.language import hours, weekday_name
from portal.web import Page, Visit
from portal.words import priority_words

MONDAY = date(2024, 1, 1)
SPANS_SHOWN = 2
MIDNIGHT = 24 * 60


@dataclass(frozen=True, slots=True)
class Day:
    """A weekday and the names of its fields: for each span when it opens and when it closes."""

    name: str
    spans: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Level:
    """A priority, its word, and the names of its two fields in hours."""

    label: str
    first_response: str
    resolution: str


@dataclass(frozen=True, slots=True)
class SupportPage:
    """Both forms; ``is_default`` when no hours of the workspace's own are set."""

    days: tuple[Day, ...]
    levels: tuple[Level, ...]
    opening: Form
    promises: Form
    is_default: bool


def _clock(minute: int) -> str:
    """As a field for times has it: the end of a day is 00:00."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def _opening(intervals: Iterable[Json]) -> Form:
    """Stored hours as fields ``weekday.n.opens`` and ``weekday.n.closes``."""
    values: dict[str, str] = {}
    count = dict.fromkeys(range(7), 0)
    for each in sorted(intervals, key=lambda row: (row["weekday"], row["opens_minute"])):
        name = f"{each['weekday']}.{count[each['weekday']]}"
        values |= {f"{name}.opens": _clock(each["opens_minute"]), f"{name}.closes": _clock(each["closes_minute"])}
        count[each["weekday"]] += 1
    return Form(values)


def _days(form: Form) -> tuple[Day, ...]:
    """Two spans a day, more where more are stored, so that saving loses none."""
    days = []
    for weekday in range(7):
        taken = [int(name.split(".")[1]) for name in form.values if name.startswith(f"{weekday}.")]
        spans = range(max([SPANS_SHOWN, *(n + 1 for n in taken)]))
        names = tuple((f"{weekday}.{n}.opens", f"{weekday}.{n}.closes") for n in spans)
        days.append(Day(weekday_name(MONDAY + timedelta(days=weekday)), names))
    return tuple(days)


def _promises(targets: Iterable[Json]) -> Form:
    values: dict[str, str] = {}
    for row in targets:
        values[f"{row['priority']}.first_response"] = hours(row["first_response_minutes"])
        values[f"{row['priority']}.resolution"] = hours(row["resolution_minutes"])
    return Form(values)


async def support_page(
    visit: Visit, *, opening: Form | None = None, promises: Form | None = None, status: int = 200
) -> Response:
    """The page, with a refused form as it was typed."""
    stored, levels = await asyncio.gather(
        visit.api.get("/support/business-hours"), visit.api.get("/support/service-levels")
    )
    shown = opening or _opening(stored.object["intervals"])
    codes = [row["priority"] for row in levels.object["targets"]]
    page = SupportPage(
        days=_days(shown),
        levels=tuple(Level(priority_words(code), f"{code}.first_response", f"{code}.resolution") for code in codes),
        opening=shown,
        promises=promises or _promises(levels.object["targets"]),
        is_default=bool(stored.object["is_default"]),
    )
    return visit.page("support/page.html", page, status)


async def show_support(visit: Visit) -> Response:
    """What is set."""
    return await support_page(visit)


def _minute(text: str) -> int | None:
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal()) or int(minute) > 59 or int(hour) > 24:
        return None
    found = int(hour) * 60 + int(minute)
    return found if found <= MIDNIGHT else None


def checked_hours(form: Form) -> tuple[Form, list[Json]]:
    """Errors beside the spans, and the spans that are filled in."""
    intervals: list[Json] = []
    for weekday, day in enumerate(_days(form)):
        for opens_name, closes_name in day.spans:
            if not form.value(opens_name) and not form.value(closes_name):
                continue
            opens, closes = _minute(form.value(opens_name)), _minute(form.value(closes_name))
            closes = MIDNIGHT if closes == 0 else closes
            if opens is None or closes is None:
                form = form.failed(opens_name, _("Enter when it opens and when it closes, or neither."))
            elif opens >= closes:
                form = form.failed(opens_name, _("It closes before it opens."))
            else:
                intervals.append({"weekday": weekday, "opens_minute": opens, "closes_minute": closes})
    return form, intervals


async def set_hours(visit: Visit) -> Response:
    """Replace the opening hours."""
    form = typed((name, value) for name, value in visit.sent.multi_items() if name[:1].isdecimal())
    form, intervals = checked_hours(form)
    if form.ok:
        try:
            await visit.api.put("/support/business-hours", json={"intervals": intervals})
        except Refusal as problem:
            form = with_problem(form, problem.detail, {}, ())
        else:
            return visit.leave("/support", _("The opening hours are saved."))
    return await support_page(visit, opening=form, status=422)


async def set_promises(visit: Visit) -> Response:
    """Set what is promised for every priority shown."""
    form = typed((name, value) for name, value in visit.sent.multi_items() if "." in name)
    targets: dict[str, Json] = {}
    for name, value in form.values.items():
        minutes = minutes_of(value)
        if not minutes:
            form = form.failed(name, _("Enter hours like 8 or 1:30."))
        priority, _dot, what = name.partition(".")
        targets.setdefault(priority, {"priority": priority})[f"{what}_minutes"] = minutes
    if form.ok:
        try:
            await visit.api.put("/support/service-levels", json={"targets": list(targets.values())})
        except Refusal as problem:
            form = with_problem(form, problem.detail, {}, ())
        else:
            return visit.leave("/support", _("The promises are saved; they hold for every open ticket."))
    return await support_page(visit, promises=form, status=422)


ROUTES = (
    Page("/support", show_support, action=Action.support_manage),
    Page("/support/hours", set_hours, ("POST",), action=Action.support_manage),
    Page("/support/promises", set_promises, ("POST",), action=Action.support_manage),
)
