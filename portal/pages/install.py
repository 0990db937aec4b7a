"""The portal as an app on a desk or phone: its manifest, its service worker, and the page without a connection.

The worker keeps one page that says that there is no connection, and the files that page wears. It keeps no data: every
other question goes to the server, or fails.
"""

import hashlib
import json
from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

from imisofts.brand import NEUTRAL
from portal.web import Page, Visit

OFFLINE = "/offline"
_ASSETS = ("portal.css", "icons.svg", "inter-latin.woff2")


@dataclass(frozen=True, slots=True)
class Nothing:
    """A page that says the same to everybody."""


@dataclass(frozen=True, slots=True)
class Worker:
    """What the service worker keeps, and the name of its store: another look or build is another store."""

    files: tuple[str, ...]
    store: str


async def manifest(visit: Visit) -> Response:
    """Name, colours and icon of this host's brand."""
    brand = visit.brand
    icons = [{"src": "/brand/icon", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}]
    if brand.favicon:
        icons.append({"src": f"/brand/{brand.favicon}.png", "sizes": "any", "type": "image/png", "purpose": "any"})
    body = {
        "id": "/",
        "name": brand.name,
        "short_name": brand.name[:12],
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": NEUTRAL["light"]["canvas"],
        "theme_color": brand.accent,
        "icons": icons,
    }
    return JSONResponse(body, media_type="application/manifest+json")


async def worker(visit: Visit) -> Response:
    """The service worker; it stands at the root, because it answers for every page below its own address."""
    files = (OFFLINE, "/brand/icon", *(visit.site.asset(name) for name in _ASSETS))
    look = json.dumps([*files, visit.brand.name, visit.brand.accent, visit.brand.logo])
    kept = Worker(files, f"offline-{hashlib.sha256(look.encode()).hexdigest()[:16]}")
    script = visit.site.templates.get_template("install/worker.js").render(page=kept)
    return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


async def offline(visit: Visit) -> Response:
    """What a browser shows when it does not reach the server: kept by the worker, so nobody's name is on it."""
    visit.face, visit.viewer = visit.brand, None
    return visit.page("install/offline.html", Nothing())


ROUTES = (
    Page("/manifest.webmanifest", manifest, public=True),
    Page("/worker.js", worker, public=True),
    Page(OFFLINE, offline, public=True),
)
