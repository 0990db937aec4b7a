"""What a brand looks like before it is kept: the portal, a mail, an invoice and a report by their own renderers.

Each is a page that only the brand's own page may frame; nothing in it can be run or followed.
"""

from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from starlette.responses import Response

from imisofts.access import ACTIONS_OF_ROLE, Action, Role
from imisofts.brand import Brand
from portal import language, security
from portal.forms import typed
from portal.language import gettext as _
from portal.pages.brand import LOOK, drafted
from portal.pages.home import ClientHome
from portal.pages.invoices import InvoiceRow
from portal.standing import Need, Standing
from portal.web import Page, Viewer, Visit

PATH = "/settings/brand/preview"
_NOBODY = "00000000-0000-0000-0000-000000000000"
_MAIL = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'; sandbox"


def _values(visit: Visit) -> dict[str, str]:
    """What was typed, as the form says it or as a query that was made of it."""
    form = typed(visit.request.query_params.multi_items())
    if "two_colours" not in form.values and "from" not in form.values:
        return {name: form.value(name)[:1000] for name in LOOK if name in form.values}
    return {name: value[:1000] for name, value in drafted(form).items()}


def _draft(visit: Visit) -> Brand:
    """The viewer's own brand with what was typed; whatever is no colour or font is left as it is."""
    own, values = visit.me.brand, _values(visit)
    typed_brand = Brand.from_workspace({"name": visit.me.workspace_name, "brand": values})
    return replace(typed_brand, logo=own.logo, favicon=own.favicon, powered_by=bool(values.get("powered_by")))


def _query(visit: Visit) -> dict[str, str]:
    """The same for the API, which takes clean values only."""
    brand = _draft(visit)
    second = brand.second if brand.second != brand.accent else ""
    facts = {"name": brand.name, "accent": brand.accent, "second": second, "font_family": brand.font_family}
    powered = "true" if brand.powered_by else "false"
    return {**facts, "footer": brand.footer[:200], "legal": "\n".join(brand.legal), "powered_by": powered}


async def previews(visit: Visit) -> Response:
    """The four frames anew, each at the address that carries what was typed."""
    return visit.page("settings/brand_previews.html", urlencode(_values(visit)))


async def preview_mail(visit: Visit) -> Response:
    """A mail."""
    answer = await visit.api.get("/workspace/brand/mail", params={**_query(visit), "locale": str(language.locale())})
    heads = {"Content-Security-Policy": _MAIL, "X-Frame-Options": "SAMEORIGIN"}
    return Response(answer.content, media_type="text/html", headers=heads)


async def preview_report(visit: Visit) -> Response:
    """The first page of a client's report."""
    answer = await visit.api.get("/workspace/brand/report", params=_query(visit))
    return Response(answer.content, media_type="image/png")


async def preview_portal(visit: Visit) -> Response:
    """A client's first page."""
    home = ClientHome(
        needs=(
            Need(_("Your answer is needed: %(subject)s", subject=_("Which photo for the start page?")), "message", "#"),
        ),
        standing=Standing(owed=(("EUR", 119_000),), overdue=(), hours_left=None, deliverables=None, counts=_counts()),
        open=(_invoice(),),
        projects=(),
        tickets=(),
        subscriptions=(),
        reports=(),
    )
    return _framed(visit, "home/client.html", home)


async def preview_invoice(visit: Visit) -> Response:
    """An invoice's PDF."""
    answer = await visit.api.get("/workspace/brand/invoice", params=_query(visit))
    return Response(answer.content, media_type="image/png")


def _counts() -> dict[str, object]:
    return dict.fromkeys(("projects", "tasks", "tickets", "reports", "drafts"))


def _invoice() -> InvoiceRow:
    row = {
        "id": _NOBODY, "number": "2026-0042", "client_id": _NOBODY, "client_name": _("Your client"),
        "status": "issued", "issued_on": "2026-10-05", "due_on": "2026-11-04", "currency": "EUR",
        "total_minor": 119_000, "version": 1,
    }  # fmt: skip
    return InvoiceRow.of(row, date(2026, 10, 5))


def _framed(visit: Visit, template: str, page: object) -> Response:
    """A page as a client sees it, in the brand that is tried on; our own page may frame it, no other."""
    may = ACTIONS_OF_ROLE[Role.client]
    viewer: Viewer = replace(
        visit.me,
        name="Kim Summer",
        role=Role.client,
        actions=frozenset(action.value for action in may),
        client_id=_NOBODY,
        brand=_draft(visit),
    )
    answer = replace(visit, viewer=viewer).page(template, page)
    policy = security.policy(visit.request.state.nonce)
    answer.headers["Content-Security-Policy"] = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


ROUTES = (
    Page(PATH, previews, action=Action.workspace_manage),
    Page(f"{PATH}/mail", preview_mail, action=Action.workspace_manage),
    Page(f"{PATH}/report.png", preview_report, action=Action.workspace_manage),
    Page(f"{PATH}/portal", preview_portal, action=Action.workspace_manage),
    Page(f"{PATH}/invoice.png", preview_invoice, action=Action.workspace_manage),
)
