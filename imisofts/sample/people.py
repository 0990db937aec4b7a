"""Who works at Northlight Studio, and when she does not."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from imisofts.sample.rows import MONTHS, Calendar, Rows

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FULL = (8, 8, 8, 8, 8, 0, 0)
_FOUR_DAYS = (8, 8, 8, 8, 0, 0, 0)
_PART = (6, 6, 6, 6, 6, 0, 0)


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person: ``weeks`` are (first month, hours of each weekday); ``share`` is how much of her time is a client's."""

    key: str
    name: str
    title: str
    cost: int
    bill: int
    share: float
    weeks: tuple[tuple[int, tuple[int, ...]], ...] = ((0, _FULL),)
    is_billable: bool = True

    def hours(self, month: int) -> tuple[int, ...]:
        """The hours of each weekday in a month; nothing before she came."""
        known = [hours for first, hours in self.weeks if first <= month]
        return known[-1] if known else (0,) * 7


ON_LEAVE = "P-04"

COLLEAGUES: tuple[Colleague, ...] = (
    Colleague("P-01", "Ines Albrecht", "Managing director", 78, 160, 0.25, is_billable=False),
    Colleague("P-02", "Jonas Berger", "Strategy lead", 62, 145, 0.78),
    Colleague("P-03", "Karla Conrad", "Design lead", 58, 135, 0.82),
    Colleague("P-04", "Leo Dietrich", "Designer", 44, 115, 0.85),
    Colleague("P-05", "Mara Engel", "Designer", 43, 115, 0.86, ((0, _FULL), (20, _FOUR_DAYS))),
    Colleague("P-06", "Nils Fischer", "Developer", 52, 125, 0.84),
    Colleague("P-07", "Olga Graf", "Developer", 51, 125, 0.88, ((4, _FULL),)),
    Colleague("P-08", "Paul Hartmann", "Copywriter", 41, 105, 0.76, ((0, _PART),)),
    Colleague("P-09", "Rana Ilic", "Campaign manager", 45, 115, 0.80, ((9, _FULL),)),
    Colleague("P-10", "Sven Jansen", "Account manager", 48, 110, 0.58),
    Colleague("P-11", "Tilda Keller", "Office manager", 36, 0, 0.0, ((0, _PART),), is_billable=False),
    Colleague("P-12", "Umut Lehmann", "Junior developer", 35, 95, 0.72, ((22, _FULL),)),
)


@dataclass(frozen=True, slots=True)
class Absences:
    """Days on which nobody works, and days on which somebody does not."""

    holidays: frozenset[date]
    off: frozenset[tuple[str, date]]

    def works(self, key: str, day: date) -> bool:
        """Whether somebody is there."""
        return day not in self.holidays and (key, day) not in self.off


def staff(calendar: Calendar, random: Random) -> tuple[list[Rows], Absences]:
    """People, their hours, the holidays and their time off."""
    people = Rows("people", ("external_id", "email", "name", "title", "billable_role", "cost_rate"))
    hours = Rows("working-hours", ("external_id", "person", "starts_on", *_WEEKDAYS))
    for one in COLLEAGUES:
        email = f"{one.name.split()[0].lower()}@northlight.example"
        people.add(one.key, email, one.name, one.title, "yes" if one.is_billable else "no", one.cost)
        for first, week in one.weeks:
            hours.add(f"W-{one.key}-{first}", one.key, calendar.month(first), *week)
    holidays = Rows("holidays", ("external_id", "date", "name"))
    for year in range(calendar.month(0).year, calendar.today.year + 1):
        for day, name in german_holidays(year):
            holidays.add(f"H-{day}", day, name)
    off, days = _time_off(calendar, random)
    closed = frozenset(row[1] for row in holidays.rows if isinstance(row[1], date))
    return [people, hours, holidays, off], Absences(closed, frozenset(days))


def _time_off(calendar: Calendar, random: Random) -> tuple[Rows, set[tuple[str, date]]]:
    """Two weeks in summer, one in winter, a few days of illness; one person takes three months of leave."""
    off = Rows("time-off", ("external_id", "person", "starts_on", "ends_on", "kind"))
    days: set[tuple[str, date]] = set()

    def add(key: str, first: date, length: int, kind: str) -> None:
        wanted = {(key, first + timedelta(days=number)) for number in range(length)}
        if first <= calendar.today and not wanted & days:
            days.update(wanted)
            off.add(f"O-{key}-{first}", key, first, first + timedelta(days=length - 1), kind)

    add(ON_LEAVE, calendar.month(MONTHS - 5), 92, "other")
    for one in COLLEAGUES:
        for year in range(calendar.month(0).year, calendar.today.year + 1):
            add(one.key, date(year, 7, 1) + timedelta(days=random.randrange(0, 50)), 14, "vacation")
            add(one.key, date(year, 2, 1) + timedelta(days=random.randrange(0, 40)), 7, "vacation")
            for _ in range(random.randrange(1, 4)):
                day = date(year, 1, 1) + timedelta(days=random.randrange(0, 360))
                add(one.key, day, random.randrange(1, 4), "sick")
    off.rows = [row for row in off.rows if str(row[2]) >= str(calendar.month(0))]
    return off, days


def german_holidays(year: int) -> list[tuple[date, str]]:
    """The holidays of all of Germany."""
    easter = _easter(year)
    return [
        (date(year, 1, 1), "Neujahr"),
        (easter - timedelta(days=2), "Karfreitag"),
        (easter + timedelta(days=1), "Ostermontag"),
        (date(year, 5, 1), "Tag der Arbeit"),
        (easter + timedelta(days=39), "Christi Himmelfahrt"),
        (easter + timedelta(days=50), "Pfingstmontag"),
        (date(year, 10, 3), "Tag der Deutschen Einheit"),
        (date(year, 12, 25), "Erster Weihnachtstag"),
        (date(year, 12, 26), "Zweiter Weihnachtstag"),
    ]


def _easter(year: int) -> date:
    """Easter Sunday by the Gregorian rule, for the years 1900 to 2099."""
    golden = (19 * (year % 19) + 24) % 30
    week = (2 * (year % 4) + 4 * (year % 7) + 6 * golden + 5) % 7
    day = 22 + golden + week
    if golden == 29 and week == 6:
        day -= 7
    if golden == 28 and week == 6 and (11 * 24 + 11) % 30 < 19:
        day -= 7
    return date(year, 3, 1) + timedelta(days=day - 1)
