"""An agency that lives by a clock of its own: what happens goes in by the API, its figures of March 2026 come out."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from imisofts.access import Role
from tests.api.agency import Agency, sign_in

BERLIN = ZoneInfo("Europe/Berlin")
MARCH = "from=2026-03-01&to=2026-03-31"


class Hands:
    """A clock that stands where it was set; it is only ever set forward, as limits of rates expect."""

    def __init__(self) -> None:
        self.at = datetime(2025, 9, 1, 9, tzinfo=BERLIN)

    def now(self) -> datetime:
        return self.at

    def today(self, zone: str) -> date:
        return self.at.astimezone(ZoneInfo(zone)).date()


@dataclass
class House:
    """An agency, and the clock that it lives by."""

    agency: Agency
    clock: Hands

    def when(self, moment: str) -> None:
        """Set the clock to a time in Berlin; sessions of another day have ended."""
        self.clock.at = datetime.fromisoformat(moment).replace(tzinfo=BERLIN)
        for role in (Role.owner, Role.client):
            self.agency.as_role[role] = sign_in(self.agency.api, self.agency.email(role))

    def does(self, path: str, body: dict[str, Any] | None = None, role: Role = Role.owner, method: str = "POST") -> Any:
        return self.agency.api.ask(method, path, self.agency.as_role[role], json=body).body

    def ticket(self, moment: str, priority: str = "urgent") -> str:
        self.when(moment)
        body = {"subject": "It does not send", "body": "Since today.", "priority": priority}
        return f"/tickets/{self.does('/tickets', {**body, 'client_id': self.agency.client_id})['id']}"

    def figure(self, name: str, more: str = "") -> str | None:
        rows = self.rows(name, more)
        assert len(rows) == 1, rows
        value: str | None = rows[0]["value"]
        return value

    def rows(self, name: str, more: str = "", role: Role = Role.owner) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.does(f"/metrics/{name}?{MARCH}{more}", role=role, method="GET")["rows"]
        return found
