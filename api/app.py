"""The operational service as one ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from sqlalchemy import text

from api.billing.paper_router import router as invoice_paper_router
from api.billing.router import router as billing_router
from api.brand.router import router as brand_router
from api.catalog.router import router as catalog_router
from api.clients.contacts_router import router as contacts_router
from api.clients.router import router as clients_router
from api.events.router import router as events_router
from api.health.router import router as health_router
from api.home.router import router as home_router
from api.identity.authentication import EACH_CALLER, actor_of
from api.identity.factors_router import router as factors_router
from api.identity.freshness import require_fresh
from api.identity.links_router import router as links_router
from api.identity.passwords import Passwords
from api.identity.places import Places
from api.identity.places_router import router as places_router
from api.identity.profile_router import router as profile_router
from api.identity.requests_router import router as requests_router
from api.identity.rights_router import router as rights_router
from api.identity.router import router as identity_router
from api.identity.sessions_router import router as sessions_router
from api.identity.sign_on_router import router as sign_on_router
from api.identity.team_router import router as team_router
from api.imports.router import router as imports_router
from api.kit import errors, idempotency, openapi, signpost
from api.kit.access import public
from api.kit.clock import Clock, SystemClock
from api.kit.database import CONNECTIONS, LEAST_CONNECTIONS, Database
from api.kit.security import Guard
from api.live import stream as live
from api.metrics import service as figures
from api.metrics.router import router as metrics_router
from api.notifications.router import router as notifications_router
from api.plans.router import router as plans_router
from api.projects.router import router as projects_router
from api.rates.router import router as rates_router
from api.reports.preview_router import router as report_preview_router
from api.reports.router import router as reports_router
from api.reports.settings_router import router as report_settings_router
from api.search.router import router as search_router
from api.subscriptions.router import router as subscriptions_router
from api.support.router import router as support_router
from api.time.people_router import router as people_router
from api.time.router import router as time_router
from api.views.router import router as views_router
from imisofts.settings import Settings

ROUTERS: list[APIRouter] = [
    identity_router,
    links_router,
    places_router,
    requests_router,
    sign_on_router,
    factors_router,
    rights_router,
    team_router,
    sessions_router,
    brand_router,
    plans_router,
    profile_router,
    events_router,
    health_router,
    home_router,
    clients_router,
    contacts_router,
    billing_router,
    invoice_paper_router,
    catalog_router,
    rates_router,
    subscriptions_router,
    support_router,
    imports_router,
    metrics_router,
    people_router,
    projects_router,
    reports_router,
    report_settings_router,
    search_router,
    report_preview_router,
    time_router,
    views_router,
    notifications_router,
]
PREFIX = "/v1"
DESCRIPTION = "Everything an agency does in imisofts, as an API. Errors are RFC 9457 problems; edits need If-Match."


class Unsafe(RuntimeError):
    """The service would run without one of its guards."""


def create(settings: Settings, *, clock: Clock | None = None) -> FastAPI:
    """The service. It owns its connections: run its lifespan, or call ``app.state.database.close()``."""
    if not settings.secret_key.strip():
        raise Unsafe("secret_key is empty")
    app = FastAPI(
        title="imisofts", version="1", description=DESCRIPTION, lifespan=_lifespan, docs_url=None, redoc_url=None
    )
    app.state.settings = settings
    app.state.clock = clock or SystemClock()
    connections = max(LEAST_CONNECTIONS, CONNECTIONS // settings.web_processes)
    app.state.database = Database(settings.app_database_url, clock=app.state.clock, pool_size=connections, overflow=0)
    app.state.passwords = Passwords(settings.web_processes)
    app.state.actor_of = actor_of
    app.state.require_fresh = require_fresh
    app.state.before_write = idempotency.before_write
    app.state.limit = EACH_CALLER
    figures.install(app, settings)
    live.install(app, settings.app_database_url)
    errors.install(app)
    app.add_middleware(Places)
    app.add_middleware(Guard)
    signpost.include(app, ROUTERS, PREFIX)
    app.add_api_route("/health", _health, dependencies=[public()], tags=["health"])
    app.openapi = lambda: openapi.document(app, ROUTERS, PREFIX)  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    await check_role(app.state.database)
    yield
    await app.state.live.close()
    app.state.gateway.close()
    await app.state.database.close()


async def check_role(database: Database) -> None:
    """Refuse to serve as a role that row security does not bind."""
    query = text(
        "select r.rolsuper or r.rolbypassrls or exists (select from pg_tables t where t.schemaname = 'public'"
        " and pg_has_role(r.oid, t.tableowner, 'member')) from pg_roles r where r.rolname = current_user"
    )
    async with database.begin(None, read_only=True) as session:
        if await session.scalar(query):
            raise Unsafe("app_database_url is an owner, a superuser or passes row security")


async def _health() -> dict[str, str]:
    """Whether the process answers."""
    return {"status": "ok"}
