"""What changed for the people who use the portal, newest first, in their words."""

from dataclasses import dataclass
from datetime import date

from portal.language import gettext as _


@dataclass(frozen=True, slots=True)
class News:
    """One change: since when, what, and how it helps."""

    on: date
    title: str
    text: str


def news() -> tuple[News, ...]:
    """The newest changes."""
    return (
        News(
            date(2026, 11, 22),
            _("Everything is one search away"),
            _("Press Ctrl K or ⌘ K on any page: clients, invoices by number, projects, tickets, pages and actions."),
        ),
        News(
            date(2026, 11, 22),
            _("A side bar that steps aside"),
            _("Collapse it to icons with the button at its foot. It stays as you left it."),
        ),
        News(
            date(2026, 11, 22),
            _("Nobody overwrites anybody"),
            _("When two people change the same thing, you see both versions field by field and choose."),
        ),
    )
