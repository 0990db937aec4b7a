"""What the sample's people work on: projects with milestones and tasks, and the hours of every day."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from imisofts.sample.clients import CUSTOMERS, OVERRUN, Customer
from imisofts.sample.people import COLLEAGUES, Absences, Colleague
from imisofts.sample.rows import MONTHS, Calendar, Rows

_INTERNAL = (("J-OPS", "Operations"), ("J-NEW", "New business"))
_WORK = ("Website relaunch", "Spring campaign", "Brand refresh", "Online shop", "Annual report", "Newsletter series",
         "Product launch", "Photo library", "Search audit", "Landing pages")  # fmt: skip
_STEPS = ("Concept", "Design", "Launch")
_TASKS = ("Briefing", "Research", "Wireframes", "Texts", "Layout", "Build", "Review", "Hand-over")


@dataclass(frozen=True, slots=True)
class Job:
    """A project while the sample's people work on it."""

    key: str
    first: date
    last: date
    weight: int
    tasks: tuple[str, ...] = ()


class Studio:
    """Projects and hours as they come about."""

    def __init__(self, calendar: Calendar, random: Random, absences: Absences) -> None:
        self._calendar, self._random, self._absences = calendar, random, absences
        self.projects = Rows(
            "projects",
            ("external_id", "name", "client", "budget_hours", "fixed_fee", "started_on", "due_on", "completed_on"),
        )
        self.milestones = Rows("milestones", ("external_id", "project", "title", "due_on", "completed_on"))
        self.tasks = Rows(
            "tasks",
            ("external_id", "project", "title", "estimate_hours", "assignee", "started_on", "due_on", "completed_on"),
        )
        self.entries = Rows(
            "time-entries", ("external_id", "person", "date", "minutes", "project", "task", "billable", "note")
        )
        self._jobs: list[Job] = []

    def plan(self) -> None:
        """Internal work, a standing project for each client, and one of its own now and then."""
        for key, name in _INTERNAL:
            self.projects.add(key, name, "", "", "", self._calendar.month(0), "", "")
        for one in CUSTOMERS:
            self._standing(one)
            for month in range(one.since + 1, MONTHS):
                if one.active(month) and self._random.random() < 0.09:
                    self._project(one, month, self._random.randrange(60, 260, 10))
        elbtal = next(one for one in CUSTOMERS if one.key == OVERRUN)
        self._project(elbtal, MONTHS - 4, 120, weight=14)
        self._project(CUSTOMERS[0], MONTHS - 3, 180, weight=4)

    def _standing(self, one: Customer) -> None:
        """What the retainer pays for."""
        key, first = f"J-{one.key[2:]}-R", self._calendar.month(one.since)
        months = [month for month in range(MONTHS) if one.active(month)]
        ended = months[-1] < MONTHS - 1
        last = self._calendar.month(months[-1] + 1) - timedelta(days=1) if ended else self._calendar.today
        self.projects.add(key, f"{one.name}: retainer", one.key, "", "", first, "", last if ended else "")
        self._jobs.append(Job(key, first, last, 3))

    def _project(self, one: Customer, month: int, budget: int, *, weight: int = 3) -> None:
        number = sum(1 for row in self.projects.rows if row[2] == one.key)
        key = f"J-{one.key[2:]}-{number}"
        first = self._calendar.month(month) + timedelta(days=self._random.randrange(0, 15))
        due = first + timedelta(days=self._random.randrange(45, 100))
        done = due + timedelta(days=self._random.randrange(-10, 30 if weight > 3 else 12))
        finished = self._calendar.has(done)
        if not self._calendar.has(first):
            return
        name = _WORK[(number + month) % len(_WORK)]
        completed = done if finished else ""
        self.projects.add(key, name, one.key, budget, budget * 105, first, due, completed)
        tasks = self._parts(key, first, due, done)
        self._jobs.append(Job(key, first, min(done, self._calendar.today), weight, tasks))

    def _parts(self, key: str, first: date, due: date, done: date) -> tuple[str, ...]:
        """Three milestones and some tasks, spread over the project's days."""
        slip = (done - due).days
        for number, title in enumerate(_STEPS, 1):
            wanted = first + (due - first) * number / len(_STEPS)
            happened = wanted + timedelta(days=slip * number // len(_STEPS))
            kept = happened if self._calendar.has(happened) else ""
            self.milestones.add(f"{key}-M{number}", key, title, wanted, kept)
        keys = []
        for number in range(self._random.randrange(4, len(_TASKS) + 1)):
            begun = first + (due - first) * number / len(_TASKS)
            wanted = begun + timedelta(days=12)
            ended = wanted + timedelta(days=self._random.randrange(-6, 8))
            if not self._calendar.has(begun):
                begun_on: object = ""
            else:
                begun_on = begun
                keys.append(f"{key}-T{number}")
            assignee = self._random.choice([one.key for one in COLLEAGUES if one.is_billable])
            completed = ended if self._calendar.has(ended) and begun_on else ""
            estimate = self._random.randrange(6, 40, 2)
            self.tasks.add(f"{key}-T{number}", key, _TASKS[number], estimate, assignee, begun_on, wanted, completed)
        return tuple(keys)

    def work(self) -> None:
        """Every working day of everybody, in quarters of an hour."""
        day = self._calendar.month(0)
        month = 0
        while self._calendar.has(day):
            while month + 1 < MONTHS and day >= self._calendar.month(month + 1):
                month += 1
            going = [job for job in self._jobs if job.first <= day <= job.last]
            for one in COLLEAGUES:
                hours = one.hours(month)[day.weekday()]
                if hours and self._absences.works(one.key, day):
                    self._day(one, day, hours * 60, going)
            day += timedelta(days=1)

    def _day(self, one: Colleague, day: date, minutes: int, going: list[Job]) -> None:
        worked = minutes + self._random.choice((-45, -15, 0, 0, 0, 15, 30))
        for_clients = int(worked * min(1.0, one.share * self._random.uniform(0.85, 1.15))) // 15 * 15
        if for_clients and going:
            jobs = self._random.choices(going, weights=[job.weight for job in going], k=2)
            first = for_clients if jobs[0] == jobs[1] or for_clients < 180 else for_clients * 2 // 3 // 15 * 15
            self._entry(one, day, first, jobs[0])
            if first < for_clients:
                self._entry(one, day, for_clients - first, jobs[1])
        if worked > for_clients:
            key = self._random.choices(_INTERNAL, weights=(3, 1))[0][0]
            self.entries.add(self._next(), one.key, day, worked - for_clients, key, "", "no", "")

    def _entry(self, one: Colleague, day: date, minutes: int, job: Job) -> None:
        task = self._random.choice(job.tasks) if job.tasks else ""
        billable = "no" if self._random.random() < 0.06 else "yes"
        self.entries.add(self._next(), one.key, day, minutes, job.key, task, billable, "")

    def _next(self) -> str:
        return f"E-{len(self.entries.rows) + 1:06d}"
