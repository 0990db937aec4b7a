"""Team and projects worked out from the sample's rows alone."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from tests.answers.cells import Cells, Row, last_day, month_of, share

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Sums = dict[date, Decimal]


class Team:
    """Who could have worked when, and who did."""

    def __init__(
        self,
        people: list[Row],
        weeks: list[Row],
        holidays: list[Row],
        time_off: list[Row],
        bill: dict[str, Decimal],
    ) -> None:
        self.bill = bill
        self.billable_roles = {row["external_id"] for row in people if row["billable_role"] == "yes"}
        self.people = [row["external_id"] for row in people]
        self.cost = {row["external_id"]: Decimal(row["cost_rate"]) for row in people}
        self._weeks = sorted(weeks, key=lambda row: row["starts_on"])
        self._holidays = {row["date"] for row in holidays}
        self._off = {
            (row["person"], row["starts_on"] + timedelta(days=number))
            for row in time_off
            for number in range((row["ends_on"] - row["starts_on"]).days + 1)
        }

    def capacity(self, person: str, day: date) -> Decimal:
        """The hours that the person's week says."""
        standing = [row for row in self._weeks if row["person"] == person and row["starts_on"] <= day]
        return Decimal(standing[-1][_WEEK[day.weekday()]]) if standing else Decimal(0)

    def available(self, person: str, day: date) -> Decimal:
        """The same, without holidays and days off."""
        away = day in self._holidays or (person, day) in self._off
        return Decimal(0) if away else self.capacity(person, day)


def answers(team: Team, entries: list[Row], projects: list[Row], fees: Cells, months: list[date]) -> dict[str, Cells]:
    """Every figure of the team for every month."""
    client = {row["external_id"]: row["client"] for row in projects}
    roles = team.billable_roles

    def hours(counts: Callable[[Row], bool]) -> Sums:
        found: Sums = defaultdict(Decimal)
        for row in entries:
            if counts(row):
                found[month_of(row["date"])] += Decimal(row["minutes"]) / 60
        return found

    def days(people: list[str], of: Callable[[str, date], Decimal]) -> Sums:
        return {month: sum((of(one, day) for one in people for day in _days(month)), Decimal(0)) for month in months}

    worked, billable = hours(lambda row: True), hours(lambda row: row["billable"] == "yes")
    for_clients = hours(lambda row: bool(client[row["project"]]))
    available = days(sorted(roles), team.available)
    by_roles = {
        "billable": hours(lambda row: row["billable"] == "yes" and row["person"] in roles),
        "client": hours(lambda row: bool(client[row["project"]]) and row["person"] in roles),
        "worked": hours(lambda row: row["person"] in roles),
    }
    cost = _valued(entries, client, team.cost)
    standard = _valued([row for row in entries if row["billable"] == "yes"], client, team.bill)
    return {
        "hours_worked": _counted(worked, months),
        "hours_billable": _counted(billable, months),
        "hours_billable_without_rate": _counted(
            hours(lambda row: row["billable"] == "yes" and row["person"] not in team.bill), months
        ),
        "capacity_hours": _counted(days(team.people, team.capacity), months),
        "available_hours": _counted(days(team.people, team.available), months),
        "billable_of_available": _shares(by_roles["billable"], available, months),
        "client_of_available": _shares(by_roles["client"], available, months),
        "billable_of_worked": _shares(by_roles["billable"], by_roles["worked"], months),
        "time_cost": {(month, "EUR"): cost[month] for month in months},
        "realization": {key: _realized(fee, key, standard) for key, fee in fees.items()},
        "client_margin": _margin(fees, cost, months),
        "effective_rate": {key: share(fee or Decimal(0), for_clients[key[0]]) for key, fee in fees.items()},
        **_projects(entries, projects, months),
    }


def promises(projects: list[Row], milestones: list[Row], tasks: list[Row], today: date) -> dict[str, Cells]:
    """What was promised for a month and kept, and what was completed in it."""
    done: dict[date, int] = defaultdict(int)
    for row in tasks:
        if row["completed_on"]:
            done[month_of(row["completed_on"])] += 1
    return {
        "projects_on_time": _on_time(projects, today),
        "milestones_on_time": _on_time(milestones, today),
        "tasks_completed": {(month, None): Decimal(number) for month, number in done.items()},
    }


def _on_time(rows: list[Row], today: date) -> Cells:
    kept: dict[date, list[bool]] = defaultdict(list)
    for row in rows:
        if row["due_on"] and (row["completed_on"] or row["due_on"] < today):
            kept[month_of(row["due_on"])].append(bool(row["completed_on"]) and row["completed_on"] <= row["due_on"])
    return {(month, None): share(sum(those), len(those)) for month, those in kept.items()}


def _projects(entries: list[Row], projects: list[Row], months: list[date]) -> dict[str, Cells]:
    on_projects: dict[str, list[Row]] = defaultdict(list)
    for row in entries:
        on_projects[row["project"]].append(row)
    budgets: list[tuple[date, Decimal, list[Row]]] = []
    for row in projects:
        if row["budget_hours"]:
            those = on_projects[row["external_id"]]
            first = min([row["started_on"], *(entry["date"] for entry in those)])
            budgets.append((first, Decimal(row["budget_hours"]), those))
    found: dict[str, Cells] = {"project_budget_hours": {}, "project_budget_used": {}}
    for month in months:
        end = last_day(month)
        budget = sum((hours for first, hours, _ in budgets if first <= end), Decimal(0))
        used = sum(entry["minutes"] for _, _, those in budgets for entry in those if entry["date"] <= end)
        found["project_budget_hours"][month, None] = budget
        found["project_budget_used"][month, None] = share(Decimal(used) / 60, budget)
    sums: Sums = defaultdict(Decimal)
    for row in entries:
        sums[month_of(row["date"])] += Decimal(row["minutes"] if row["project"] else 0) / 60
    return found | {"project_hours": _counted(sums, months)}


def _valued(entries: list[Row], client: dict[str, str], rate: dict[str, Decimal]) -> Sums:
    """Hours for clients at a rate in euros; those of people without one are worth nothing."""
    found: Sums = defaultdict(Decimal)
    for row in entries:
        if client[row["project"]]:
            found[month_of(row["date"])] += Decimal(row["minutes"]) / 60 * rate.get(row["person"], Decimal(0))
    return found


def _realized(fee: Decimal | None, key: tuple[date, str | None], standard: Sums) -> Decimal | None:
    """Fees in euros of what the hours are worth; nobody is billed in another currency."""
    return share(fee or Decimal(0), standard[key[0]]) if key[1] == "EUR" else None


def _margin(fees: Cells, cost: Sums, months: list[date]) -> Cells:
    keys = {*fees, *((month, "EUR") for month in months)}
    return {key: (fees.get(key) or Decimal(0)) - (cost[key[0]] if key[1] == "EUR" else 0) for key in keys}


def _days(month: date) -> list[date]:
    return [month + timedelta(days=number) for number in range(last_day(month).day)]


def _counted(sums: Sums, months: list[date]) -> Cells:
    return {(month, None): sums.get(month, Decimal(0)) for month in months}


def _shares(part: Sums, whole: Sums, months: list[date]) -> Cells:
    return {(month, None): share(part.get(month, Decimal(0)), whole.get(month, Decimal(0))) for month in months}
