"""How a client is, with the reasons in words: a page of its own, whose card the client's page loads."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from starlette.responses import Response

from imisofts.access import Action
from portal.door import Json, Problem
from portal.foreign import sentence
from portal.language import gettext as _
from portal.language import number
from portal.web import Page, Visit

_POINTS = re.compile(r"(?:([A-Z][a-z ]*[a-z]) )?(\d+\.\d)")
TONES = {"healthy": "good", "watch": "warning", "at_risk": "bad", "not_enough_data": "idle"}


@dataclass(frozen=True, slots=True)
class Health:
    """A client's health as the API tells it; ``score`` is None where too little is known."""

    score: str | None
    band: str
    tone: str
    sentences: tuple[str, ...]

    @classmethod
    def of(cls, row: Json) -> "Health":
        """From an API object."""
        score = None if row["score"] is None else number(round(Decimal(row["score"]), 1))
        return cls(score, _bands()[row["band"]], TONES[row["band"]], tuple(map(_said, row["explanation"])))


@dataclass(frozen=True, slots=True)
class HealthPage:
    """``health`` is None until figures of the client have been published; ``on`` is the day they reach to."""

    client_id: str
    client_name: str
    health: Health | None
    on: date | None


def _said(explained: str) -> str:
    """A sentence in the visitor's language; the sum of the points is none, so each of its names is said by itself."""
    if " = " in explained:
        return _POINTS.sub(lambda one: " ".join(filter(None, (sentence(one[1] or ""), number(one[2])))), explained)
    return sentence(explained)


def _bands() -> dict[str, str]:
    return {
        "healthy": _("Healthy"),
        "watch": _("To be watched"),
        "at_risk": _("At risk"),
        "not_enough_data": _("Not enough data"),
    }


async def show_health(visit: Visit) -> Response:
    """The newest published score of one client."""
    client_id = str(visit.request.path_params["id"])
    client = (await visit.api.get(f"/clients/{client_id}")).object
    health, on = None, None
    try:
        found = (await visit.api.get(f"/clients/{client_id}/health")).object
        health, on = found["health"], date.fromisoformat(found["on"])
    except Problem as problem:
        if problem.code != "nothing_published":
            raise
    shown = Health.of(health) if health else None
    return visit.page("clients/health.html", HealthPage(client_id, client["name"], shown, on))


ROUTES = (Page("/clients/{id:uuid}/health", show_health, action=Action.health_read),)
