"""The agency's people: list, detail with working hours, rates and time off; holidays."""

import asyncio
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from starlette.responses import Response

from imisofts.access import Action
from portal import bulk_verbs, export, lists, tables
from portal.door import Json
from portal.forms import Form
from portal.language import gettext as _
from portal.refusals import or_back
from portal.tables import Column
from portal.timeline import Entry, timeline
from portal.web import Page, Visit

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the API tells it."""

    id: str
    user_id: str
    name: str
    email: str
    title: str
    region: str
    is_billable_role: bool
    archived: bool
    version: int

    @classmethod
    def of(cls, row: Json) -> "Person":
        """From an API object."""
        named = {name: str(row.get(name) or "") for name in ("user_id", "email", "title", "region")}
        return cls(
            id=str(row["id"]), name=row["name"], is_billable_role=row["is_billable_role"], archived=row["archived"],
            version=row["version"], **named,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Week:
    """Working hours from a day until before another; ``minutes`` from Monday to Sunday."""

    started_on: str
    ended_on: str
    minutes: tuple[int, ...]
    is_now: bool

    @property
    def total(self) -> int:
        """Minutes a week."""
        return sum(self.minutes)


@dataclass(frozen=True, slots=True)
class Rate:
    """What an hour costs or is billed at, from a day until before another."""

    kind: str
    amount: Decimal
    currency: str
    started_on: str
    ended_on: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Off:
    """Days off; ``kind`` in words."""

    id: str
    starts_on: str
    ends_on: str
    minutes_per_day: int | None
    kind: str
    etag: str


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """The list."""

    state: lists.ListState
    table: tables.Table
    rows: tuple[Person, ...]
    may_write: bool


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person; the three forms are opened again when refused. ``key`` names the one that was."""

    person: Person
    weeks: tuple[Week, ...]
    rates: tuple[Rate, ...]
    off: tuple[Off, ...]
    entries: tuple[Entry, ...]
    week_form: Form
    rate_form: Form
    off_form: Form
    weekdays: tuple[tuple[str, str], ...]
    currency: str
    may_write: bool
    may_see_costs: bool
    may_see_off: bool
    may_manage_time: bool


def weekday_words() -> tuple[tuple[str, str], ...]:
    """Field and short name of each weekday."""
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return tuple(zip(WEEKDAYS, names, strict=True))


def off_words(kind: str) -> str:
    """Why somebody is off."""
    return {"vacation": _("Vacation"), "sick": _("Sick"), "other": _("Other")}.get(kind, kind)


def _is_now(row: Json, today: date) -> bool:
    return row["started_on"] <= today.isoformat() and (row["ended_on"] is None or row["ended_on"] > today.isoformat())


def _state(visit: Visit) -> lists.ListState:
    return lists.read(visit.request, "/people", filters=("show",), sortable=("name", "title"), default_sort="name")


def _query(state: lists.ListState) -> dict[str, str]:
    query = {"sort": state.sort, "limit": str(lists.LIMIT)}
    query |= {"q": state.q} if state.q else {}
    query |= {"cursor": state.cursor} if state.cursor else {}
    return query | {"archived": "true" if state.filters["show"] == "archived" else "false"}


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", _("Name"), sort=True, fixed=True),
        Column("title", _("Title"), sort=True),
        Column("email", _("E-mail")),
        Column("role", _("Role")),
        Column("region", _("Region")),
    )


async def show_people(visit: Visit) -> Response:
    """The list."""
    state = _state(visit)
    bar = bulk_verbs.PEOPLE.bar(visit, "restore" if state.filters["show"] == "archived" else "archive")
    answer, table = await asyncio.gather(
        visit.api.get("/people", params=_query(state)), tables.of(visit, state, _columns(), bar)
    )
    rows = tuple(Person.of(row) for row in answer.items)
    page = PeoplePage(lists.moved(state, answer.next_cursor), table, rows, visit.me.may(Action.person_write))
    return visit.page("people/list.html", page)


async def export_people(visit: Visit) -> Response:
    """The same rows as CSV or Excel."""
    rows = await export.all_rows(visit.api, "/people", _query(_state(visit)))
    columns = {
        "name": _("Name"),
        "email": _("E-mail"),
        "title": _("Title"),
        "is_billable_role": _("Billable role"),
        "region": _("Region"),
        "external_id": _("External id"),
    }
    return export.table_file(visit, "people", columns, rows)


async def show_person(visit: Visit) -> Response:
    """One person."""
    return await person_page(visit, str(visit.request.path_params["id"]))


async def person_page(
    visit: Visit,
    person_id: str,
    *,
    week: Form | None = None,
    rate: Form | None = None,
    off: Form | None = None,
    status: int = 200,
) -> Response:
    """The page of one person, with a refused form opened again."""
    today, api = visit.me.today, visit.api
    answer, weeks, rates, time_off, entries = await asyncio.gather(
        api.get(f"/people/{person_id}"),
        api.get(f"/people/{person_id}/working-hours"),
        api.get(f"/people/{person_id}/rates"),
        api.get("/time-off", params={"person_id": person_id, "limit": "50"}),
        timeline(api, person_id) if visit.me.may(Action.event_read) else _nothing(),
    )
    person, now = Person.of(answer.object), today.isoformat()
    may_manage = visit.me.may(Action.time_manage)
    page = PersonPage(
        person=person,
        weeks=tuple(_week(row, today) for row in reversed(weeks.body)),
        rates=tuple(_rate(row, today) for row in reversed(rates.body)),
        off=tuple(_off(row) for row in time_off.items),
        entries=entries,
        week_form=week or Form({"started_on": now, **_last_week(weeks.body)}),
        rate_form=rate or Form({"started_on": now, "kind": "bill", "currency": visit.me.currency}),
        off_form=off or Form({"kind": "vacation"}),
        weekdays=weekday_words(),
        currency=visit.me.currency,
        may_write=visit.me.may(Action.person_write) and not person.archived,
        may_see_costs=visit.me.may(Action.cost_read),
        may_see_off=may_manage or bool(time_off.items),
        may_manage_time=may_manage and not person.archived,
    )
    return visit.page("people/detail.html", page, status)


async def _nothing() -> tuple[Entry, ...]:
    return ()


def _last_week(rows: list[Json]) -> dict[str, str]:
    """The week agreed last as typed hours; eight hours from Monday to Friday before anything was agreed."""
    last = rows[-1] if rows else {f"{name}_minutes": 480 if name in WEEKDAYS[:5] else 0 for name in WEEKDAYS}
    return {name: f"{Decimal(last[f'{name}_minutes']) / 60:.4g}" for name in WEEKDAYS}


def _week(row: Json, today: date) -> Week:
    minutes = tuple(row[f"{name}_minutes"] for name in WEEKDAYS)
    return Week(row["started_on"], row["ended_on"] or "", minutes, _is_now(row, today))


def _rate(row: Json, today: date) -> Rate:
    amount = Decimal(str(row["hourly_rate"]))
    return Rate(row["kind"], amount, row["currency"], row["started_on"], row["ended_on"] or "", _is_now(row, today))


def _off(row: Json) -> Off:
    etag = f'"{row["version"]}"'
    return Off(str(row["id"]), row["starts_on"], row["ends_on"], row["minutes_per_day"], off_words(row["kind"]), etag)


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """A holiday; ``region`` empty where it is everybody's."""

    id: str
    on_date: str
    name: str
    region: str
    etag: str


@dataclass(frozen=True, slots=True)
class HolidaysPage:
    """The holidays of a year; ``form`` adds one."""

    year: int
    rows: tuple[HolidayRow, ...]
    form: Form
    may_write: bool


def _year(text: str, today: date) -> int:
    return int(text) if text.isdigit() and 1900 <= int(text) <= 2199 else today.year


async def show_holidays(visit: Visit) -> Response:
    """The holidays of a year."""
    return await holidays_page(visit, visit.request.query_params.get("year", ""))


async def holidays_page(visit: Visit, year: str, *, form: Form | None = None, status: int = 200) -> Response:
    """A year's holidays, with a refused form as it was typed."""
    found = _year(year, visit.me.today)
    span = {"on_date.gte": f"{found}-01-01", "on_date.lte": f"{found}-12-31", "limit": "200"}
    answer = await visit.api.get("/holidays", params=span)
    rows = tuple(
        HolidayRow(str(row["id"]), row["on_date"], row["name"], row.get("region") or "", f'"{row["version"]}"')
        for row in answer.items
    )
    page = HolidaysPage(found, rows, form or Form(), visit.me.may(Action.person_write))
    return visit.page("people/holidays.html", page, status)


async def delete_holiday(visit: Visit) -> Response:
    """A working day after all."""
    back = f"/holidays?year={_year(str(visit.sent.get('year', '')), visit.me.today)}"
    with or_back(back, also={404}):
        path = f"/holidays/{visit.request.path_params['id']}"
        await visit.api.delete(path, etag=str(visit.sent.get("etag", "")))
    return visit.leave(back, _("The holiday is deleted."))


ROUTES = (
    Page("/people", show_people, action=Action.person_read),
    Page("/people.csv", export_people, action=Action.person_read),
    Page("/people/{id:uuid}", show_person, action=Action.person_read),
    Page("/holidays", show_holidays, action=Action.person_read),
    Page("/holidays/{id:uuid}/delete", delete_holiday, ("POST",), action=Action.person_write),
)
