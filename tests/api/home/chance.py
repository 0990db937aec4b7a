"""Random use of an agency through HTTP. What is refused is refused; the next step does something else."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import psycopg

from api.client import Problem
from imisofts.access import Role
from tests.api.agency import Agency

REPORT_STATES = ("held", "failed", "unknown", "draft", "sent", "approved", "withdrawn")


@dataclass
class Chance:
    """The agency, its clients, the person whose tasks are looked at, and what has been made so far, by kind."""

    agency: Agency
    random: random.Random
    clients: list[str]
    person: str
    owner: psycopg.Connection
    today: date
    made: dict[str, list[str]] = field(default_factory=dict)

    def step(self) -> str:
        """Do one thing; its name."""
        act = self.random.choice(ACTS)
        with suppress(Problem):  # the client raises what is our fault as itself
            act(self)
        return act.__name__

    def ask(self, method: str, path: str, role: Role = Role.owner, **options: Any) -> Any:
        """One request with a key of its own."""
        who = self.agency.as_role[role]
        return self.agency.api.ask(method, path, who, idempotency_key=uuid4().hex, **options).body

    def make(self, kind: str, path: str, **body: Any) -> None:
        """Make a row and remember it."""
        self.made.setdefault(kind, []).append(self.ask("POST", path, json=body)["id"])

    def one(self, kind: str) -> str:
        """Some row of a kind; one that nobody has when none was made yet."""
        return self.random.choice(self.made.get(kind) or [str(uuid4())])

    def change(self, path: str, method: str = "PATCH", **body: Any) -> None:
        """Edit or delete a row as it is now."""
        tag = f'"{self.ask("GET", path)["version"]}"'
        if body:
            self.ask(method, path, if_match=tag, json=body)
        else:
            self.ask(method, path, if_match=tag)

    def day(self, around: int = 40) -> str:
        """A day not far from today."""
        return (self.today + timedelta(days=self.random.randint(-around, around))).isoformat()

    def past(self) -> str:
        """A day before today."""
        return (self.today - timedelta(days=self.random.randint(1, 60))).isoformat()


def draft(chance: Chance) -> None:
    lines = [{"description": "Work", "unit_price": str(chance.random.randint(1, 9) * 100)}]
    currency = chance.random.choice(["EUR", "USD", "JPY"])
    chance.make("invoice", "/invoices", client_id=chance.random.choice(chance.clients), currency=currency, lines=lines)


def issue(chance: Chance) -> None:
    issued = chance.past()
    due = chance.random.choice([issued, chance.today.isoformat(), chance.today.isoformat(), chance.day()])
    path = f"/invoices/{chance.one('invoice')}/issue"
    chance.ask("POST", path, json={"issued_on": issued, "due_on": due})


def pay(chance: Chance) -> None:
    amount = str(chance.random.choice([-50, 50, 100, 300]))
    chance.ask("POST", f"/invoices/{chance.one('invoice')}/payments", json={"amount": amount})


def credit(chance: Chance) -> None:
    chance.ask("POST", f"/invoices/{chance.one('invoice')}/credit-notes", json={"amount": "50"})


def void(chance: Chance) -> None:
    chance.ask("POST", f"/invoices/{chance.one('invoice')}/void")


def drop_draft(chance: Chance) -> None:
    chance.change(f"/invoices/{chance.one('invoice')}", "DELETE")


def project(chance: Chance) -> None:
    more = {"budget_minutes": chance.random.choice([0, 300, 6000]), "due_on": chance.day()}
    client = chance.random.choice([*chance.clients, None])
    chance.make("project", "/projects", name=f"Project {uuid4().hex[:6]}", client_id=client, **more)


def project_turn(chance: Chance) -> None:
    path = f"/projects/{chance.one('project')}"
    verb = chance.random.choice(["complete", "reopen", "archive"])
    chance.change(path, "DELETE") if verb == "archive" else chance.ask("POST", f"{path}/{verb}")


def milestone(chance: Chance) -> None:
    due = chance.random.choice([chance.day(), None])
    chance.make("milestone", f"/projects/{chance.one('project')}/milestones", title="Delivery", due_on=due)


def milestone_done(chance: Chance) -> None:
    path = f"/milestones/{chance.one('milestone')}"
    done = chance.random.choice([chance.past(), None])
    chance.ask("PATCH", path, if_match=f'"{chance.random.randint(1, 2)}"', json={"completed_on": done})


def task(chance: Chance) -> None:
    body = {"assignee_id": chance.random.choice([chance.person, None]), "due_on": chance.day(12)}
    chance.make("task", f"/projects/{chance.one('project')}/tasks", title="Piece of work", **body)


def task_turn(chance: Chance) -> None:
    path = f"/tasks/{chance.one('task')}"
    if chance.random.random() < 0.3:
        chance.change(path, "DELETE")
    else:
        chance.change(path, completed_on=chance.random.choice([chance.past(), None]), assignee_id=chance.person)


def work(chance: Chance) -> None:
    body = {"project_id": chance.one("project"), "worked_on": chance.past(), "person_id": chance.person}
    chance.ask("POST", "/time-entries", json={**body, "minutes": chance.random.choice([15, 90, 600])})


def ticket(chance: Chance) -> None:
    body = {"client_id": chance.random.choice(chance.clients), "subject": "A question", "body": "How?"}
    chance.make("ticket", "/tickets", **body)


def ticket_turn(chance: Chance) -> None:
    path = f"/tickets/{chance.one('ticket')}"
    verb = chance.random.choice(["answer", "wait", "resume", "resolve", "reopen", "reply", "assign"])
    if verb == "assign":
        chance.change(path, assignee_id=chance.person)
        return
    role = Role.client if verb == "reply" else Role.owner
    then = {"then": chance.random.choice(["open", "wait", "resolve"])} if verb == "answer" else {}
    body = {"json": {"body": "A sentence.", **then}} if verb in {"answer", "reply"} else {}
    chance.ask("POST", f"{path}/{verb}", role, **body)


def report(chance: Chance) -> None:
    """Asked for through the door; the state that its job would have left is written past it."""
    body = {"client": chance.random.choice(chance.clients), "period": "2026-09", "deliver": False}
    report_id = chance.ask("POST", "/reports", json=body)["id"]
    state = chance.random.choice(REPORT_STATES)
    reason = "stale" if state == "held" else None
    chance.owner.execute(
        "update report_delivery set status = %s, held_reason = %s where id = %s", (state, reason, report_id)
    )


ACTS: tuple[Callable[[Chance], None], ...] = (
    draft, draft, issue, issue, pay, credit, void, drop_draft, project, project, project_turn, project_turn, milestone,
    milestone_done, task, task, task_turn, work, work, ticket, ticket_turn, ticket_turn, report,
)  # fmt: skip
