"""Projects, people and time in the small agency of the pages' tests: late, over budget, completed, internal, empty."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api.client import Client, Credentials

TODAY = datetime.now(ZoneInfo("Europe/Berlin")).date()
"""In the agency's time zone, as its pages count."""
DAY = timedelta(days=1)


class Maker:
    """Posts as the agency's token."""

    def __init__(self, api: Client, bearer: Credentials) -> None:
        self.api = api
        self.bearer = bearer

    async def made(self, path: str, **body: Any) -> str:
        """The id of what was made."""
        return str((await self.api.post(path, credentials=self.bearer, json=body)).body["id"])

    async def users(self, which: str = "user_id") -> dict[str, str]:
        """Address → user, or another fact of the membership."""
        rows = (await self.api.get("/users", credentials=self.bearer)).body["items"]
        return {row["email"]: row[which] for row in rows}


async def furnish(api: Client, bearer: Credentials, clients: dict[str, str]) -> dict[str, str]:
    """Ids by name."""
    maker, found = Maker(api, bearer), {}
    users = await maker.users()
    found["membership"] = (await maker.users("id"))["member@studio.example"]
    for role in ("owner", "member"):
        user_id = users[f"{role}@studio.example"]
        found[role] = await maker.made("/people", name=f"Ada {role.title()}", title="Designer", user_id=user_id)
    found["person"] = await maker.made("/people", name="Benedikt Freiherr von Waldhausen-Altenberg", region="BY")
    await _agreements(maker, found["member"])
    rights = ["client.read", "invoice.read", "invoice.write", "payment.write", "subscription.read"]
    found["role"] = await maker.made("/roles", name="Accountant", kind="staff", actions=rights)
    holiday = {"on_date": f"{TODAY.year}-12-25", "name": "Christmas Day"}
    await maker.made("/holidays", **holiday)
    await _projects(maker, found, clients)
    return found


async def _agreements(maker: Maker, person: str) -> None:
    week = {f"{day}_minutes": 480 for day in ("monday", "tuesday", "wednesday", "thursday")}
    await maker.made(f"/people/{person}/working-hours", started_on="2024-01-01", **week, friday_minutes=480)
    await maker.made(f"/people/{person}/working-hours", started_on=TODAY.isoformat(), **week)
    for kind, rate in (("cost", "41.37"), ("bill", "120")):
        await maker.made(f"/people/{person}/rates", kind=kind, hourly_rate=rate, started_on="2024-01-01")
    await maker.made("/time-off", person_id=person, starts_on="2026-08-03", ends_on="2026-08-14")


async def _projects(maker: Maker, found: dict[str, str], clients: dict[str, str]) -> None:
    late = {"started_on": "2026-01-12", "due_on": "2026-06-30", "budget_minutes": 600, "fixed_fee": "12000"}
    name = "Website relaunch for the summer season, with booking and four languages"
    found["project"] = project = await maker.made("/projects", name=name, client_id=clients["alpen"], **late)
    found["foreign"] = await maker.made("/projects", name="Brand guide", client_id=clients["birke"])
    found["internal"] = await maker.made("/projects", name="Our own website", budget_minutes=60)
    done = await maker.made("/projects", name="Photo library", client_id=clients["alpen"])
    await maker.api.post(f"/projects/{done}/complete", credentials=maker.bearer)
    found["milestone"] = await maker.made(
        f"/projects/{project}/milestones", title="Design approved", due_on="2026-03-31"
    )
    reached = {"due_on": "2026-02-28", "completed_on": "2026-02-27"}
    await maker.made(f"/projects/{project}/milestones", title="Contents collected", **reached)
    task = {"estimate_minutes": 480, "description": "internal note", "assignee_id": found["owner"]}
    found["task"] = await maker.made(f"/projects/{project}/tasks", title="Booking form", **task, due_on="2026-05-01")
    await maker.made(f"/projects/{project}/tasks", title="Wireframes", completed_on="2026-02-02")
    for days, minutes, note in ((0, 90, "Calendar and prices"), (0, 45, None), (1, 480, "Workshop"), (2, 135, None)):
        work = {"task_id": found["task"]} if note else {"project_id": found["internal"]}
        entry = {"worked_on": (TODAY - days * DAY).isoformat(), "minutes": minutes, "note": note, **work}
        found["entry"] = await maker.made("/time-entries", person_id=found["owner"], **entry)
