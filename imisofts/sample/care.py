"""What the sample's clients ask for help with."""

from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from imisofts.sample.clients import BREACHED, CUSTOMERS
from imisofts.sample.rows import MONTHS, Calendar, Rows

_PRIORITIES = ("low", "normal", "normal", "normal", "high", "urgent")
_HOURS = {"low": 6.0, "normal": 3.0, "high": 1.5, "urgent": 0.5}
_SUBJECTS = {
    "low": (
        "Typo in the imprint",
        "Logo for a partner's page",
        "Where do I find the style guide?",
        "An idea for the blog",
        "Old press release still online",
    ),
    "normal": (
        "New opening hours from next week",
        "Access for a new colleague",
        "A question about last month's report",
        "Photos for the team page",
        "Newsletter sign-up in the footer",
        "Product images look blurred on phones",
        "Please move the spring offer to the top",
        "Cookie notice covers the menu",
    ),
    "high": (
        "Landing page shows the wrong price",
        "Links in the newsletter lead nowhere",
        "Pages are slow since Monday",
        "Orders are counted twice in the statistics",
        "Job adverts are missing from the search",
    ),
    "urgent": (
        "The website is down",
        "Checkout refuses every card",
        "Contact form sends nothing",
        "Browser warns of the certificate",
    ),
}
"""What they ask, by how much it presses."""


class Desk:
    """Tickets as they come about; instants are in the agency's zone."""

    def __init__(self, calendar: Calendar, random: Random, zone: str) -> None:
        self._calendar, self._random, self._zone = calendar, random, ZoneInfo(zone)
        self.tickets = Rows(
            "tickets",
            ("external_id", "client", "opened_at", "subject", "priority", "first_response_at", "resolved_at",
             "reopened", "satisfied"),
        )  # fmt: skip

    def open_for_everybody(self) -> None:
        """About two tickets a client and quarter; the last one of a client who waits too long is late on purpose."""
        for month in range(MONTHS):
            for one in CUSTOMERS:
                if one.active(month) and self._random.random() < 0.55:
                    day = self._calendar.month(month) + timedelta(days=self._random.randrange(0, 28))
                    self._ticket(one.key, day, slow=1.0)
        self._ticket(BREACHED, self._calendar.today - timedelta(days=9), slow=30.0, priority="urgent")

    def _ticket(self, client: str, day: date, *, slow: float, priority: str = "") -> None:
        priority = priority or self._random.choice(_PRIORITIES)
        opened = datetime.combine(day, time(self._random.randrange(8, 18), self._random.randrange(0, 60)), self._zone)
        answered = opened + timedelta(hours=_HOURS[priority] * self._random.uniform(0.2, 1.6) * slow)
        resolved = answered + timedelta(hours=self._random.uniform(2, 60))
        reopened = 1 if self._random.random() < 0.07 else 0
        dice = self._random.random()
        satisfied = "" if dice < 0.45 else "no" if dice > 0.95 or slow > 1 else "yes"
        end = datetime.combine(self._calendar.today, time(0), self._zone)
        if opened >= end:
            return
        first = answered.isoformat(timespec="seconds") if answered < end else ""
        last = resolved.isoformat(timespec="seconds") if resolved < end else ""
        number = len(self.tickets.rows) + 1
        subject = _SUBJECTS[priority][number % len(_SUBJECTS[priority])]
        opened_at = opened.isoformat(timespec="seconds")
        satisfied = satisfied if last else ""
        self.tickets.add(f"T-{number:04d}", client, opened_at, subject, priority, first, last, reopened, satisfied)
