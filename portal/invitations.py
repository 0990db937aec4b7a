"""What is alike wherever people are invited: how far somebody has come, the link once more, and access that ends."""

from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from imisofts.access import Action
from portal.confirm import Confirmation
from portal.door import Json
from portal.language import as_instant, day, zone
from portal.language import gettext as _
from portal.refusals import or_back
from portal.web import Page, Visit
from portal.words import Status

LIFE = timedelta(days=7)


def state_of(row: Json, *, failed: bool) -> Status:
    """Whether the person of an API row has come in, may still, or cannot; ``failed``: the mail did not leave."""
    if row["joined_at"]:
        return Status("joined", _("Has come in"), "good")
    if failed:
        return Status("failed", _("Mail did not arrive"), "bad")
    made = as_instant(row["link_made_at"])
    if made is None or made + LIFE < datetime.now(UTC):
        return Status("expired", _("Invitation expired"), "warning")
    return Status(
        "invited", _("Invited until %(day)s", day=day((made + LIFE).astimezone(zone()).date())), "information"
    )


def pages(path: str, api: str, action: Action) -> tuple[Page, ...]:
    """The pages beside the form of a person who is listed at ``path`` and is the API's at ``api``: the link once more,
    and the end of access, asked and done."""

    async def send_again(visit: Visit) -> Response:
        key = str(visit.sent.get("key", ""))
        await visit.api.post(f"{api}/{visit.request.path_params['id']}/link", key=key)
        return visit.leave(path, _("A new link is on its way. The one before no longer works."))

    async def ask(visit: Visit) -> Response:
        answer = await visit.api.get(f"{api}/{visit.request.path_params['id']}")
        return visit.page("confirm.html", _question(answer.object, f"{path}/{answer.object['id']}", answer.etag))

    async def remove(visit: Visit) -> Response:
        ident = visit.request.path_params["id"]
        with or_back(f"{path}/{ident}"):
            await visit.api.delete(f"{api}/{ident}", etag=str(visit.sent.get("etag", "")))
        return visit.leave(path, _("Access taken away."))

    one = f"{path}/{{id:uuid}}"
    return (
        Page(f"{one}/link", send_again, ("POST",), action=action),
        Page(f"{one}/remove", ask, action=action),
        Page(f"{one}/remove", remove, ("POST",), action=action),
    )


def _question(person: Json, at: str, etag: str) -> Confirmation:
    """The page before somebody loses access, or an invitation is taken back; ``at`` is the person's page."""
    name = str(person["name"])
    way = {"icon": "trash", "action": f"{at}/remove", "back": at, "etag": etag, "subject": name}
    if not person["joined_at"]:
        return Confirmation(
            title=_("Take the invitation back?"),
            going=_("The link in the mail to %(email)s no longer works.", email=person["email"]),
            staying=_("Nothing was shared so far. You can invite the same address again."),
            button=_("Take the invitation back"),
            **way,
        )
    return Confirmation(
        title=_("Take access away?"),
        going=_("%(name)s is signed out everywhere at once and cannot come back in. Own API tokens end too.",
                name=name),
        staying=_("What the person has done stays, with the name beside it. You can invite the same address again."),
        button=_("Take access away"),
        **way,
    )  # fmt: skip
