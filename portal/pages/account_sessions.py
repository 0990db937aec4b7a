"""One's own sessions: on which devices one is signed in, and signing out there."""

from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Action
from portal import devices
from portal.door import Json
from portal.language import gettext as _
from portal.web import Page, Visit

HERE = "/account/sessions"


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in; ``current`` is the one that looks at this page."""

    id: str
    device: str
    handheld: bool
    address: str
    workspace: str
    begun: str
    seen: str
    remembered: bool
    current: bool


@dataclass(frozen=True, slots=True)
class SessionsPage:
    """All of them, this one first."""

    sessions: tuple[Session, ...]


def _session(row: Json) -> Session:
    agent = str(row["user_agent"] or "")
    browser, system = devices.browser(agent), devices.system(agent)
    if browser and system:
        device = _("%(browser)s on %(system)s", browser=browser, system=system)
    else:
        device = browser or system or _("Unknown browser")
    return Session(
        id=str(row["id"]),
        device=device,
        handheld=devices.is_handheld(agent),
        address=str(row["address"] or ""),
        workspace=row["workspace_name"],
        begun=row["created_at"],
        seen=row["last_seen_at"],
        remembered=bool(row["remember"]),
        current=bool(row["current"]),
    )


async def show(visit: Visit) -> Response:
    """The list."""
    rows = [_session(row) for row in (await visit.api.get("/sessions")).items]
    return visit.page("account/sessions.html", SessionsPage(tuple(sorted(rows, key=lambda row: not row.current))))


async def end(visit: Visit) -> Response:
    """Sign one browser out."""
    await visit.api.delete(f"/sessions/{visit.request.path_params['id']}")
    return visit.leave(HERE, _("Signed out there."))


async def end_others(visit: Visit) -> Response:
    """Sign every other browser out."""
    await visit.api.post("/sessions/end-others")
    return visit.leave(HERE, _("You are signed out everywhere else."))


ROUTES = (
    Page(HERE, show, action=Action.session_own),
    Page(HERE + "/{id:uuid}/end", end, ("POST",), action=Action.session_own),
    Page(f"{HERE}/end-others", end_others, ("POST",), action=Action.session_own),
)
