"""The way to everything that an agency can set."""

from dataclasses import dataclass

from starlette.responses import Response

from portal.door import Problem
from portal.language import gettext as _
from portal.settings_index import Card, cards_for
from portal.web import Page, Visit


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """The cards that the viewer's role includes; never none."""

    cards: tuple[Card, ...]


async def show_settings(visit: Visit) -> Response:
    """The index; who may set nothing has no such page."""
    cards = cards_for(visit.me.actions)
    if not cards:
        raise Problem(403, "forbidden", _("Your role does not include this page."))
    return visit.page("settings/index.html", SettingsPage(cards))


ROUTES = (Page("/settings", show_settings),)
