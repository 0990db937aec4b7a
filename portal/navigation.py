"""Where one can go and what one can begin, as data: the side bar, its menus and the command palette read it.

Every label is a whole word or sentence in the reader's language; ``needs`` is the action without which an entry is left
out, so that nobody is shown a door that stays shut. The page behind it checks the same action again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from imisofts.access import Action
from portal import settings_index
from portal.language import gettext as _


class Reader(Protocol):
    """Who looks at the navigation."""

    @property
    def is_client(self) -> bool:
        """Whether a client looks."""

    def may(self, action: str) -> bool:
        """Whether the role allows ``action``."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One address with its name and icon.

    ``needs`` is an action, or several of which one is enough; ``keywords`` are other words people look for it by.
    ``under`` are further addresses that belong to it, ``key`` the letter that opens it after ``g``; ``outside`` leaves
    the portal. ``side`` says that it is for a client's people alone, or for staff.
    """

    href: str
    label: str
    icon: str
    needs: Action | tuple[Action, ...] = ()
    keywords: str = ""
    under: tuple[str, ...] = ()
    key: str = ""
    outside: bool = False
    side: Literal["", "client", "staff"] = ""

    def open_to(self, reader: Reader) -> bool:
        """Whether ``reader`` may come."""
        if self.side and (self.side == "client") != reader.is_client:
            return False
        needs = (self.needs,) if isinstance(self.needs, Action) else self.needs
        return not needs or any(reader.may(action) for action in needs)

    def holds(self, path: str) -> bool:
        """Whether the page at ``path`` belongs to this entry."""
        if self.href == "/":
            return path == "/"
        return any(path == each or path.startswith(f"{each}/") for each in (self.href, *self.under))


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of one job; the first group has no title."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Navigation:
    """All that one reader may open: ``groups`` in the side bar, ``workspace`` and ``account`` in their menus,
    ``deeds`` and ``switches`` in the palette; ``section`` is the entry of the page looked at."""

    groups: tuple[Group, ...] = ()
    workspace: tuple[Entry, ...] = ()
    account: tuple[Entry, ...] = ()
    deeds: tuple[Entry, ...] = ()
    switches: tuple[Entry, ...] = ()
    section: Entry | None = None

    def places(self) -> Iterator[Entry]:
        """Every address, each once."""
        seen: set[str] = set()
        for entry in (*(one for group in self.groups for one in group.entries), *self.workspace, *self.account):
            if entry.href not in seen:
                seen.add(entry.href)
                yield entry


def groups(console_url: str = "") -> tuple[Group, ...]:
    """The side bar for somebody who may do everything."""
    analytics = Entry(
        console_url, _("Analytics"), "chart-histogram", Action.console_open,
        _("console, dashboards, metrics, MRR, margin, churn"), outside=True,
    )  # fmt: skip
    return (
        Group("", (Entry("/", _("Home"), "home", keywords=_("start, overview, dashboard"), key="h"),)),
        Group(_("Money"), _money()),
        Group(_("Work"), _work()),
        Group(
            _("Insight"),
            (
                Entry("/imports", _("Imports"), "download", Action.import_run, _("upload, CSV, file, migration")),
                Entry("/reports", _("Reports"), "report-analytics", Action.report_read, _("PDF, delivery"), key="r"),
                *((analytics,) if console_url else ()),
            ),
        ),
        Group(
            _("Your company"),
            (
                Entry(
                    "/team",
                    _("Your team"),
                    "users-group",
                    Action.team_manage,
                    _("colleagues, invite, rights, access"),
                    side="client",
                ),
            ),
        ),
        Group(
            _("Agency"),
            (
                Entry("/access", _("Access"), "key", Action.user_manage, _("users, members, invite, team, roles")),
                Entry(
                    "/team",
                    _("Client teams"),
                    "users",
                    Action.team_manage,
                    _("clients' people, invite, rights"),
                    side="staff",
                ),
                Entry("/settings", _("Settings"), "settings", tuple(card.action for card in settings_index.cards())),
            ),
        ),
    )


def _money() -> tuple[Entry, ...]:
    return (
        Entry("/invoices", _("Invoices"), "file-invoice", Action.invoice_read, _("billing, due, paid, money"), key="i"),
        Entry("/subscriptions", _("Subscriptions"), "repeat", Action.subscription_read, _("recurring, retainer, MRR"),
              key="s"),
        Entry("/services", _("Services"), "package", Action.service_read, _("products, prices, catalogue")),
        Entry("/clients", _("Clients"), "users", Action.client_write, _("customers, companies, contacts"), key="c"),
    )  # fmt: skip


def _work() -> tuple[Entry, ...]:
    return (
        Entry("/projects", _("Projects"), "briefcase", Action.project_read, _("budget, milestones"), key="p",
              under=("/milestones",)),
        Entry("/tasks", _("Tasks"), "checklist", Action.project_write, _("to do, assigned"), key="t"),
        Entry("/tickets", _("Tickets"), "lifebuoy", Action.ticket_read, _("support, help desk, requests"), key="k",
              under=("/support",)),
        Entry("/time", _("Time"), "clock", Action.time_write, _("hours, timesheet, tracking"), key="e"),
        Entry("/people", _("People"), "users-group", Action.person_read, _("staff, team, working hours, rates"),
              under=("/holidays",)),
    )  # fmt: skip


def workspace_menu() -> tuple[Entry, ...]:
    """What concerns the agency as a whole, behind its name: the cards of its settings."""
    return tuple(Entry(card.address, card.label, card.icon, card.action, card.text) for card in settings_index.cards())


def account_menu() -> tuple[Entry, ...]:
    """What concerns the person who is signed in, behind their initials."""
    return (
        Entry("/account", _("Your profile"), "user", Action.session_own, _("name, language, time zone, phone")),
        Entry("/account/security", _("Security"), "shield-lock", Action.session_own,
              _("password, second factor, passkey, recovery codes, account")),
        Entry("/account/sessions", _("Sessions"), "devices", Action.session_own, _("devices, sign out everywhere")),
        Entry("/account/tokens", _("Your API tokens"), "key", Action.token_manage, _("keys, programs, scopes, API")),
        Entry("/workspaces", _("Your workspaces"), "building", keywords=_("switch, agency, change")),
        Entry("/help", _("Help"), "help", keywords=_("shortcuts, keyboard, what is new, documentation")),
    )  # fmt: skip


def deeds() -> tuple[Entry, ...]:
    """What can be begun from anywhere."""
    return (
        Entry("/invoices/new", _("New invoice"), "plus", Action.invoice_write, _("create, bill, charge")),
        Entry("/clients/new", _("New client"), "plus", Action.client_write, _("create, customer, company")),
        Entry("/projects/new", _("New project"), "plus", Action.project_write, _("create, start")),
        Entry("/subscriptions/new", _("New subscription"), "plus", Action.subscription_write, _("create, recurring")),
        Entry("/tickets/new", _("New ticket"), "plus", Action.ticket_open, _("create, ask, request, problem")),
        Entry("/services/new", _("New service"), "plus", Action.service_write, _("create, product")),
        Entry("/people/new", _("New person"), "plus", Action.person_write, _("create, employee, hire")),
        Entry("/access/new", _("Invite somebody"), "send", Action.user_manage, _("user, member, sign-in")),
        Entry(
            "/team/new", _("Invite a colleague"), "send", Action.team_manage, _("team, rights, access"), side="client"
        ),
        Entry("/time", _("Enter time"), "clock", Action.time_write, _("hours, track, timesheet")),
    )  # fmt: skip


def switches() -> tuple[Entry, ...]:
    """What the palette turns on the page itself: each address is the button it presses."""
    words = _("theme, colours, appearance, switch")
    return (
        Entry("#theme-light", _("Switch to light colours"), "sun", keywords=words),
        Entry("#theme-dark", _("Switch to dark colours"), "moon", keywords=words),
        Entry("#theme-system", _("Colours as the system has them"), "device-desktop", keywords=words),
    )


def navigation(reader: Reader, path: str, console_url: str) -> Navigation:
    """What ``reader`` may open, on the page at ``path``."""

    def allowed(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return tuple(entry for entry in entries if entry.open_to(reader))

    shown = tuple(Group(group.title, allowed(group.entries)) for group in groups(console_url))
    shown = tuple(group for group in shown if group.entries)
    section = next((entry for group in shown for entry in group.entries if entry.holds(path)), None)
    return Navigation(
        shown, allowed(workspace_menu()), allowed(account_menu()), allowed(deeds()), allowed(switches()), section
    )
