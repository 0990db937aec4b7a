"""The workspace's logo and the mark in the browser's tab."""

from dataclasses import dataclass

from starlette.responses import Response

from imisofts.brand import Brand
from portal.door import Problem
from portal.web import Page, Visit

_SEALED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cache-Control": "private, max-age=300",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Letters and colours of the mark."""

    initials: str
    fill: str
    ink: str


async def logo(visit: Visit) -> Response:
    """The logo as an image that can run nothing."""
    brand = visit.me.brand
    if brand.logo_png is not None:
        return Response(brand.logo_png, media_type="image/png", headers=_SEALED)
    if brand.logo_svg is not None:
        return Response(brand.logo_svg, media_type="image/svg+xml", headers=_SEALED)
    raise Problem(404, "not_found", "")


async def icon(visit: Visit) -> Response:
    """The initials on the accent."""
    brand = visit.viewer.brand if visit.viewer else Brand()
    mark = Mark(brand.initials, brand.accent, brand.accent_ink)
    svg = visit.site.templates.get_template("parts/icon.svg").render(page=mark)
    return Response(svg, media_type="image/svg+xml", headers=_SEALED)


ROUTES = (
    Page("/brand/logo", logo),
    Page("/brand/icon", icon, public=True),
)
