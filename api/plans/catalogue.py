"""The plans and their limits, as they are given from now on; a row keeps the limits with which it was made. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

Name = Literal["starter", "professional", "enterprise"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Limits of one plan; ``None`` is without limit, requests are a minute's of one API token.

    ``monthly_minor`` is the list price in US cents; None is by agreement.
    """

    name: Name
    seats: int | None
    clients: int | None
    white_label: bool
    requests_per_minute: int
    monthly_minor: int | None


PLANS: Final[dict[str, Plan]] = {
    "starter": Plan("starter", 5, 100, False, 60, 9_900),
    "professional": Plan("professional", 10, None, True, 300, 24_900),
    "enterprise": Plan("enterprise", None, None, True, 1_200, None),
}
"""From the smallest to the largest."""
EXTRA_SEAT_MINOR: Final = 2_000
"""A further seat a month, in US cents."""
