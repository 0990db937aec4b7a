"""What is alike wherever people are invited: how far somebody has come, and the question before access ends."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.confirm import Confirmation
from portal.door import Json
from portal.language import as_instant, day, zone
from portal.language import gettext as _
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


@dataclass(frozen=True, slots=True)
class Invited:
    """Whose access is to end; ``at`` is the person's page."""

    name: str
    email: str
    at: str
    etag: str


def question(who: Invited, *, joined: bool) -> Confirmation:
    """The page before somebody loses access, or an invitation is taken back."""
    way = {"icon": "trash", "action": f"{who.at}/remove", "back": who.at, "etag": who.etag, "subject": who.name}
    if not joined:
        return Confirmation(
            title=_("Take the invitation back?"),
            going=_("The link in the mail to %(email)s no longer works.", email=who.email),
            staying=_("Nothing was shared so far. You can invite the same address again."),
            button=_("Take the invitation back"),
            **way,
        )
    return Confirmation(
        title=_("Take access away?"),
        going=_("%(name)s is signed out everywhere at once and cannot come back in. Own API tokens end too.",
                name=who.name),
        staying=_("What the person has done stays, with the name beside it. You can invite the same address again."),
        button=_("Take access away"),
        **way,
    )  # fmt: skip
