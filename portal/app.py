"""The portal as one ASGI app: pages, assets, and what a visitor sees when something goes wrong."""

import logging
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from api.client import Client
from imisofts.settings import Settings
from portal import bulk_verbs, language
from portal.door import Problem
from portal.language import gettext as _
from portal.pages import (
    access,
    account_email,
    account_security,
    account_sessions,
    activity,
    brand,
    brand_preview,
    clients,
    contacts,
    guide,
    health,
    home,
    imports,
    install,
    invoice_forms,
    invoices,
    links,
    look,
    network,
    notifications,
    people,
    people_forms,
    places,
    plan,
    profile,
    project_forms,
    projects,
    report_settings,
    reports,
    roles,
    search,
    second_step,
    services,
    sign_in,
    sign_in_settings,
    sign_on,
    sign_up,
    style,
    subscription_corrections,
    subscription_forms,
    subscriptions,
    support,
    tasks,
    team,
    ticket_forms,
    tickets,
    time,
    tokens,
    views,
    workspace,
)
from portal.pages import (
    settings as settings_pages,
)
from portal.security import SecurityHeaders, protect
from portal.step_up import with_cookies
from portal.web import Page, Site, Visit, route

log = logging.getLogger(__name__)
BUILD = Path(__file__).parent / "static" / "build"
PACKED = 4
"""Of nine: twice the time for the last twentieth of a page's bytes is not worth it."""

PAGES: tuple[Page, ...] = (
    *home.ROUTES,
    *sign_in.ROUTES,
    *second_step.ROUTES,
    *account_security.ROUTES,
    *account_sessions.ROUTES,
    *sign_in_settings.ROUTES,
    *links.ROUTES,
    *places.ROUTES,
    *sign_on.ROUTES,
    *sign_up.ROUTES,
    *account_email.ROUTES,
    *clients.ROUTES,
    *contacts.ROUTES,
    *health.ROUTES,
    *invoice_forms.ROUTES,
    *invoices.ROUTES,
    *subscription_corrections.ROUTES,
    *subscription_forms.ROUTES,
    *subscriptions.ROUTES,
    *services.ROUTES,
    *project_forms.ROUTES,
    *projects.ROUTES,
    *tasks.ROUTES,
    *time.ROUTES,
    *ticket_forms.ROUTES,
    *tickets.ROUTES,
    *support.ROUTES,
    *access.ROUTES,
    *team.ROUTES,
    *roles.ROUTES,
    *activity.ROUTES,
    *tokens.ROUTES,
    *network.ROUTES,
    *people_forms.ROUTES,
    *people.ROUTES,
    *imports.ROUTES,
    *reports.ROUTES,
    *report_settings.ROUTES,
    *settings_pages.ROUTES,
    *profile.ROUTES,
    *workspace.ROUTES,
    *brand.ROUTES,
    *brand_preview.ROUTES,
    *plan.ROUTES,
    *look.ROUTES,
    *guide.ROUTES,
    *search.ROUTES,
    *style.ROUTES,
    *install.ROUTES,
    *bulk_verbs.ROUTES,
    *views.ROUTES,
    *notifications.ROUTES,
)


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What happened and what to do, in words; never a trace."""

    status: int
    title: str
    text: str


def create(settings: Settings, client: Client) -> Starlette:
    """The portal over an API client; pages hold no data of their own."""
    site = Site(settings, client)
    pages = (*PAGES, Page("/{nowhere:path}", _nowhere, public=True))
    routes = [Route("/static/build/{name}", _asset), *(route(site, page) for page in pages)]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(SecurityHeaders), Middleware(GZipMiddleware, minimum_size=800, compresslevel=PACKED)],
        exception_handlers={Problem: _problem, HTTPException: _http_error, Exception: _crash},
    )
    app.state.site = site
    return app


async def _nowhere(visit: Visit) -> Response:
    """An address of nothing, in the frame of whoever asks and the brand of where they ask."""
    raise Problem(404, "not_found", "")


async def _asset(request: Request) -> Response:
    """A built file; its name carries its hash, so a browser may keep it for a year."""
    path = BUILD / request.path_params["name"]
    if path.parent != BUILD or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, headers={"Cache-Control": "public, max-age=31536000, immutable"})


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    visit: Visit | None = getattr(request.state, "visit", None)
    if error.status == 401 and visit is not None and request.url.path != "/sign-in":
        return visit.leave("/sign-in", _("Please sign in again."), "information")
    return with_cookies(_error_page(request, error.status, error.detail), getattr(request.state, "new_cookies", []))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _error_page(request, error.status_code, "")


async def _crash(request: Request, error: Exception) -> Response:
    log.error("a page failed: %s %s", request.method, request.url.path, exc_info=error)
    response = _error_page(request, 500, "")
    protect(response.headers, request.scope)  # this answer leaves outside the middleware
    return response


def _error_page(request: Request, status: int, detail: str) -> Response:
    visit: Visit | None = getattr(request.state, "visit", None)
    site: Site = request.app.state.site
    if visit is None:
        language.choose(request.headers.get("accept-language", ""))
        visit = Visit(request, site.door(request), site)
    if not hasattr(request.state, "nonce"):
        request.state.nonce = ""
    return site.render(visit, "errors/page.html", _words(status, detail), status)


def _words(status: int, detail: str) -> ErrorPage:
    if status == 404:
        return ErrorPage(404, _("We could not find this page"), _("It may have moved, or it belongs to somebody else."))
    if status == 421:
        return ErrorPage(421, _("Nothing is served at this address"), _("Check the address; it may have changed."))
    if status == 403:
        text = detail or _("Your role does not include this page.")
        return ErrorPage(403, _("You may not do this"), text)
    if status == 503:
        text = _(
            "The database does not answer at the moment. Go back and try again shortly; what you typed is still there."
        )
        return ErrorPage(status, _("Not available for the moment"), text)
    if status >= 500:
        text = _("The fault is ours. Nothing you entered was half saved; try again in a moment.")
        return ErrorPage(status, _("Something went wrong"), text)
    return ErrorPage(status, _("This did not work"), detail or _("Go back and try again."))
