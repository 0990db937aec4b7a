"""From where the workspace may be used."""

from dataclasses import dataclass
from uuid import uuid4

from starlette.responses import Response

from imisofts.access import Action
from portal.door import Refusal
from portal.forms import Form, required, typed, with_problem
from portal.language import gettext as _
from portal.refusals import or_back
from portal.web import Page, Visit

HERE = "/settings/network"


@dataclass(frozen=True, slots=True)
class Network:
    """A network that is let in, as CIDR."""

    id: str
    network: str
    note: str
    etag: str


@dataclass(frozen=True, slots=True)
class NetworkPage:
    """The list, none for everywhere; ``address`` is the visitor's own."""

    address: str
    networks: tuple[Network, ...]
    form: Form


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    found = (await visit.api.get("/networks")).object
    rows = tuple(
        Network(str(row["id"]), row["network"], row["note"], f'"{row["version"]}"') for row in found["networks"]
    )
    return visit.page("network/page.html", NetworkPage(found["address"], rows, form), status)


async def show(visit: Visit) -> Response:
    """The list and the form."""
    return await _page(visit, Form({"key": str(uuid4())}))


async def add(visit: Visit) -> Response:
    """Let a network in."""
    form = required(typed(visit.sent.multi_items()), network=_("a network"))
    if form.ok:
        body = {name: form.value(name) for name in ("network", "note")}
        try:
            await visit.api.post("/networks", json=body, key=form.value("key"))
        except Refusal as problem:
            form = with_problem(form, problem.detail, problem.fields, ("network", "note"))
        else:
            return visit.leave(HERE, _("Added. From now on only the networks of this list are let in."))
    return await _page(visit, form, 422)


async def remove(visit: Visit) -> Response:
    """Take one out."""
    with or_back(HERE):
        await visit.api.delete(f"/networks/{visit.request.path_params['id']}", etag=str(visit.sent.get("etag", "")))
    return visit.leave(HERE, _("Taken out."))


ROUTES = (
    Page(HERE, show, action=Action.network_manage),
    Page(HERE, add, ("POST",), action=Action.network_manage),
    Page(f"{HERE}/{{id:uuid}}/remove", remove, ("POST",), action=Action.network_manage),
)
