"""The agency's plan: what is used of it, how it came to be, and what the next one brings."""

from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Action
from portal.door import Json
from portal.language import gettext as _
from portal.web import Page, Visit


@dataclass(frozen=True, slots=True)
class Meter:
    """What is used of a limit; ``included`` is None without limit."""

    label: str
    used: int
    included: int | None

    @property
    def is_full(self) -> bool:
        """Whether nothing more can be added."""
        return self.included is not None and self.used >= self.included


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan: its limits (None is without), the price of a month in US cents, and whether it is today's."""

    name: str
    seats: int | None
    clients: int | None
    white_label: bool
    requests_per_minute: int
    monthly_minor: int | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A plan of some time; ``ended_on`` is the first day without it, empty while it goes on."""

    name: str
    started_on: str
    ended_on: str
    extra_seats: int


@dataclass(frozen=True, slots=True)
class PlanPage:
    """The page; ``seats_this_month`` is what a month is charged by."""

    name: str
    meters: tuple[Meter, ...]
    seats_this_month: int
    offers: tuple[Offer, ...]
    history: tuple[Held, ...]


def _named(code: str) -> str:
    return {"starter": _("Starter"), "professional": _("Professional"), "enterprise": _("Enterprise")}[code]


def _offer(row: Json, current: str) -> Offer:
    limits = {name: row[name] for name in ("seats", "clients", "white_label", "requests_per_minute", "monthly_minor")}
    return Offer(name=_named(row["name"]), is_current=row["name"] == current, **limits)


async def show_plan(visit: Visit) -> Response:
    """The page."""
    row = (await visit.api.get("/workspace/plan")).object
    page = PlanPage(
        name=_named(row["plan"]),
        meters=(Meter(_("Seats"), **row["seats"]), Meter(_("Clients"), **row["clients"])),
        seats_this_month=row["seats_this_month"],
        offers=tuple(_offer(one, row["plan"]) for one in row["offers"]),
        history=tuple(
            Held(_named(one["plan"]), one["started_on"], one["ended_on"] or "", one["extra_seats"])
            for one in row["history"]
        ),
    )
    return visit.page("settings/plan.html", page)


ROUTES = (Page("/settings/plan", show_plan, action=Action.workspace_manage),)
