"""The brand's files, and the mark in the browser's tab of a brand without a picture of its own."""

import re
from dataclasses import dataclass

from starlette.responses import Response

from portal.door import Problem
from portal.web import Page, Visit

_SEALED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cache-Control": "private, max-age=300",
}


_FOREVER = {**_SEALED, "Cache-Control": "public, max-age=31536000, immutable"}
_FILE = re.compile(r"^(?P<hash>[0-9a-f]{64})\.(?P<kind>png|css)$")
_KINDS = {"png": "image/png", "css": "text/css"}


@dataclass(frozen=True, slots=True)
class Mark:
    """Letters and colours of the mark."""

    initials: str
    fill: str
    ink: str


async def file(visit: Visit) -> Response:
    """A logo, favicon or style sheet under its hash: it can run nothing, and a browser may keep it for good."""
    name = str(visit.request.path_params["name"])
    found = _FILE.match(name)
    if found is None:
        raise Problem(404, "not_found", "")
    answer = await visit.api.get(f"/brand/files/{found['hash']}")
    if answer.headers["content-type"].partition(";")[0] != _KINDS[found["kind"]]:
        raise Problem(404, "not_found", "")
    return Response(answer.content, media_type=_KINDS[found["kind"]], headers=_FOREVER)


async def icon(visit: Visit) -> Response:
    """The initials on the accent."""
    brand = visit.brand
    mark = Mark(brand.initials, brand.accent, brand.accent_ink)
    svg = visit.site.templates.get_template("parts/icon.svg").render(page=mark)
    return Response(svg, media_type="image/svg+xml", headers=_SEALED)


ROUTES = (
    Page("/brand/icon", icon, public=True),
    Page("/brand/{name}", file, public=True),
)
