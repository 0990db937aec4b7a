"""Plans as the API shows them."""

from datetime import date

from pydantic import BaseModel

from api.plans.catalogue import Name


class Usage(BaseModel):
    """What is used now and what the plan includes; ``included`` is null without limit."""

    used: int
    included: int | None


class Offer(BaseModel):
    """What a plan includes; null is without limit. The price is a month's in US cents, null by agreement."""

    name: Name
    seats: int | None
    clients: int | None
    white_label: bool
    requests_per_minute: int
    monthly_minor: int | None


class Held(BaseModel):
    """A plan that the workspace has, had or will have; ``ended_on`` is exclusive."""

    plan: Name
    started_on: date
    ended_on: date | None
    extra_seats: int


class PlanOut(BaseModel):
    """The plan of today, what is used of it, how it came to be, and all that there are.

    ``seats_this_month`` counts everybody who was a staff member on any day of this month: what a month is charged by.
    """

    plan: Name
    seats: Usage
    seats_this_month: int
    clients: Usage
    white_label: bool
    requests_per_minute: int
    history: list[Held]
    offers: list[Offer]
