"""One visit: who asks, the way to the API on their behalf, and the page they get back."""

import dataclasses
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import jinja2
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from api.client import Client, Credentials
from imisofts import hosts
from imisofts.access import CLIENT_ROLES, Action, Role
from imisofts.brand import Brand, css
from imisofts.settings import Settings
from portal import account_tabs, foreign, language, notices, security, step_up, templating
from portal.door import Answer, Door, Problem
from portal.language import gettext as _
from portal.navigation import Navigation, navigation
from portal.notices import Notice, Undo
from portal.words import role_words

HERE = Path(__file__).parent
THEME_COOKIE = "imisofts_theme"
_STYLED = {"", "clients", "invoices", "projects", "reports", "services", "subscriptions", "tasks", "tickets", "time"}
_NEVER_STYLED = {"archive", "cancel", "change", "correct", "delete", "edit", "new", "pause", "pay", "remove",
                 "report-settings", "resume", "void", "withdraw", "withdraw-cancellation"}  # fmt: skip
SIDE_COOKIE = "imisofts_side"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is signed in, in which workspace, and what their role may do there. ``timezone`` is the workspace's;
    ``locale`` and ``own_timezone`` are those in which the person is told things."""

    name: str
    email: str
    role: Role
    actions: frozenset[str]
    client_id: str | None
    workspace_name: str
    workspace_slug: str
    currency: str
    timezone: str
    locale: str | None
    own_timezone: str
    brand: Brand

    @property
    def is_client(self) -> bool:
        """Whether a client looks at their own things."""
        return self.role in CLIENT_ROLES

    @property
    def role_name(self) -> str:
        """The role in words."""
        return role_words(self.role)

    @property
    def initials(self) -> str:
        """For the round mark of the account menu."""
        return "".join(word[0] for word in (self.name or self.email).split()[:2]).upper()

    def may(self, action: str) -> bool:
        """Whether the role allows ``action``."""
        return action in self.actions

    @property
    def today(self) -> date:
        """Today's date in the workspace's zone."""
        return datetime.now(UTC).astimezone(language.house_zone()).date()


@dataclass(slots=True)
class Visit:
    """What a page handler gets."""

    request: Request
    api: Door
    site: "Site"
    viewer: Viewer | None = None
    face: Brand | None = None
    """Whose brand a page wears that nobody is signed in to."""
    place: str | None = None
    """The workspace whose own host this is, by name; None at the installation's own address."""
    sent: FormData = dataclasses.field(default_factory=FormData)

    @property
    def me(self) -> Viewer:
        """The viewer of a page that only signed-in people reach."""
        if self.viewer is None:
            raise Problem(401, "not_signed_in", "")
        return self.viewer

    @property
    def brand(self) -> Brand:
        """The look of this page."""
        return self.viewer.brand if self.viewer else self.face or Brand()

    def go_on_with(self, cookie: str) -> None:
        """Act under the session's new cookie from here on; forms of this answer belong to it."""
        self.request.cookies[self.site.cookie_name] = cookie
        self.api = self.site.door(self.request)

    def page(self, template: str, context: object, status: int = 200) -> Response:
        """Render a typed context; its class says which fields the template may use."""
        return self.site.render(self, template, context, status)

    def leave(self, path: str, notice: str | None = None, tone: str = "good", undo: Undo | None = None) -> Response:
        """Redirect after an action, with a sentence for the next page, and the way back where there is one."""
        response = RedirectResponse(path, 303)
        if notice:
            notices.leave(response, Notice(notice, tone, undo), secure=self.request.url.scheme == "https")
        return response


Handler = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Page:
    """A route of the portal: its address, verbs, who may come, its handler, and how many bytes its form may have."""

    path: str
    handler: Handler
    verbs: tuple[str, ...] = ("GET",)
    action: Action | None = None
    public: bool = False
    largest: int = security.MAX_FORM_BYTES


def session_cookie(settings: Settings) -> str:
    """The API's session cookie; under TLS its name forbids any other host to set it."""
    prefix = "__Host-" if settings.public_url.startswith("https://") else ""
    return prefix + security.SESSION_COOKIE


class Site:
    """Templates, assets and settings: all that is the same for every visit."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self.settings = settings
        self.client = client
        self.cookie_name = session_cookie(settings)
        self._spoken: dict[str, jinja2.Environment] = {}

    @property
    def templates(self) -> jinja2.Environment:
        """The templates in the visitor's language."""
        spoken = language.spoken()
        if spoken not in self._spoken:
            places = {"asset": self.asset, "account_tabs": account_tabs.tabs}
            self._spoken[spoken] = templating.environment(HERE / "templates", **places)
        return self._spoken[spoken]

    def door(self, request: Request) -> Door:
        """The API on behalf of whoever sent this request."""
        caller = request.client.host if request.client else None
        session = request.cookies.get(self.cookie_name)
        credentials = Credentials(cookie=session, cookie_name=self.cookie_name) if session else None
        agent = request.headers.get("user-agent")
        return Door(self.client, credentials, caller, foreign.problem, request.headers.get("host"), agent)

    def host(self, request: Request) -> str | None:
        """The host that the visitor is at, where it is not the installation's own: it belongs to one workspace."""
        asked = request.headers.get("host", "")
        return None if hosts.is_own(hosts.name_of(asked), self.settings) else asked

    @cached_property
    def manifest(self) -> Mapping[str, str]:
        """Asset name → hashed file name; empty before ``npm run build`` has run."""
        path = HERE / "static" / "build" / "manifest.json"
        found: dict[str, str] = json.loads(path.read_text()) if path.is_file() else {}
        return found

    def asset(self, name: str) -> str:
        """Address of a built asset."""
        return f"/static/build/{self.manifest.get(name, name)}"

    def render(self, visit: Visit, template: str, context: object, status: int = 200) -> Response:
        """The page as HTML, with the frame's own values beside ``page``."""
        request = visit.request
        brand = visit.brand
        notice, console = notices.read(request), self.console_url(request)
        html = self.templates.get_template(template).render(
            page=context,
            viewer=visit.viewer,
            brand=brand,
            tokens=Markup(css(brand)),  # noqa: S704 - Brand has cleaned every value
            nonce=request.state.nonce,
            token=self.form_token(request),
            lang=language.language_tag(),
            theme=request.cookies.get(THEME_COOKIE, ""),
            here=_here(request),
            notice=notice,
            nav=navigation(visit.viewer, request.url.path, console) if visit.viewer else Navigation(),
            side=request.cookies.get(SIDE_COOKIE, ""),
            console_url=console,
            is_part=request.headers.get("hx-request") == "true",  # the page that takes it in has the tokens
            style=brand.style if visit.viewer and wears_own_styles(request.url.path) else None,
        )
        response = HTMLResponse(html, status)
        security.remember_guest(request, response)
        if notice:
            response.delete_cookie(notices.COOKIE)
        return response

    def form_token(self, request: Request) -> str:
        """What this visitor's forms carry."""
        return security.form_token(self.settings.secret_key, request, self.cookie_name)

    def console_url(self, request: Request) -> str:
        """The console under the host that the visitor used, because the session cookie belongs to that host."""
        wanted = urlsplit(self.settings.console_url)
        ours = urlsplit(self.settings.public_url)
        if wanted.hostname != ours.hostname or wanted.port is None:
            return self.settings.console_url
        return wanted._replace(netloc=f"{request.url.hostname}:{wanted.port}").geturl()


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def viewer_of(answer: Answer) -> Viewer:
    """The viewer from ``GET /v1/session``."""
    body = answer.object
    user, workspace = body.get("user") or {}, body["workspace"]
    return Viewer(
        name=str(user.get("name") or ""),
        email=str(user.get("email") or ""),
        role=Role(body["role"]),
        actions=frozenset(body["actions"]),
        client_id=str(body["client_id"]) if body.get("client_id") else None,
        workspace_name=workspace["name"],
        workspace_slug=workspace["slug"],
        currency=workspace["currency"],
        timezone=workspace["timezone"],
        locale=body["locale"],
        own_timezone=body["timezone"],
        brand=Brand.from_workspace(workspace),
    )


def wears_own_styles(path: str) -> bool:
    """Whether a page may wear the agency's own styles: those on which clients read, never one that asks for a
    password, money, a confirmation or a setting."""
    first, *rest = path.strip("/").split("/")
    return first in _STYLED and not set(rest) & _NEVER_STYLED


def safe_next(path: str | None) -> str:
    """Where to go after sign-in: a path of ours, never another host. Browsers take a backslash for a slash, and leave
    tabs and line breaks out."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or not path.isprintable():
        return "/"
    return path


def route(site: Site, page: Page) -> Route:
    """A Starlette route that brings the visitor's language, identity and rights to the page's handler."""

    async def endpoint(request: Request) -> Response:
        language.choose(request.headers.get("accept-language", ""))
        request = security.capped(request, page.largest)
        visit = Visit(request, site.door(request), site)
        request.state.visit = visit
        if site.host(request) is not None:
            await _wear(visit)
        if visit.api.signed_in and page.path not in {"/sign-out", "/theme", "/brand/{name}"}:
            await _recognise(visit, page.public)
        if visit.viewer is None and not page.public:
            return _to_sign_in(request)
        if visit.viewer is None and visit.face is None and not page.path.startswith("/brand/{"):
            visit.face = await _face_at(visit)
        if page.action and not visit.me.may(page.action):
            raise Problem(403, "forbidden", _("Your role does not include this page."))
        if request.method in {"GET", "HEAD"}:
            return await step_up.carry_out(visit, page.handler)
        try:
            await _open_form(visit)
            return await step_up.carry_out(visit, page.handler)
        finally:
            await request.close()  # files that came with the form

    return Route(page.path, endpoint, methods=list(page.verbs))


async def _face_at(visit: Visit) -> Brand:
    """The brand of the workspace at this host, for a page before sign-in."""
    answer = await visit.api.get("/brand", params={"host": visit.request.url.hostname or ""})
    return Brand.from_workspace({"brand": answer.object})


async def _wear(visit: Visit) -> None:
    """Take on the face of the workspace whose host this is; a host of nobody's ends here, with 421."""
    found = (await visit.api.get("/host")).object
    visit.place = found["workspace"]["name"]
    visit.face = Brand.from_workspace(found["workspace"])


async def _recognise(visit: Visit, public: bool) -> None:
    try:
        visit.viewer = viewer_of(await visit.api.get("/session"))
    except Problem as problem:
        if problem.status != 401 and not public:
            raise
        return
    language.speak(visit.viewer.locale)
    language.use_zones(visit.viewer.own_timezone, visit.viewer.timezone)


def _to_sign_in(request: Request) -> Response:
    here = _here(request) if request.method == "GET" else "/"
    query = urlencode({"next": here}) if here != "/" else ""
    return RedirectResponse(f"/sign-in?{query}" if query else "/sign-in", 303)


async def _open_form(visit: Visit) -> None:
    """Read the form, or refuse it: foreign page, missing token, too large."""
    request = visit.request
    if not security.from_our_own_page(request):
        raise Problem(403, "foreign_page", _("This form was sent from another site, so nothing was done."))
    try:
        visit.sent = await request.form(max_fields=2000)
    except security.TooLarge:
        raise Problem(413, "too_large", _("The form is too large.")) from None
    if not security.same(visit.sent.get(security.TOKEN_FIELD), visit.site.form_token(request)):
        raise Problem(403, "form_expired", _("This form has expired. Open the page again and send it once more."))
