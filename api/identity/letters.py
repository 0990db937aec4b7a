"""The mails of identity: an invitation, a forgotten password, a link that signs in."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from uuid import UUID

from sqlalchemy import RowMapping

from api.identity import secrets
from api.identity.models import SignInLink, Workspace
from api.kit import mail
from imisofts import hosts
from imisofts.access import Role
from imisofts.brand import Brand
from imisofts.languages import nearest
from imisofts.settings import Settings

SIGN_IN_PATH = "/sign-in"
PATHS = {"invitation": "/invitation", "reset": "/set-password", "sign_in": "/sign-in/link"}
ROLE_WORDS = {
    Role.owner: "an owner",
    Role.admin: "an administrator",
    Role.member: "a team member",
    Role.client: "a client",
    Role.client_team: "a member of a client's team",
}


def address(link: SignInLink, workspace: Workspace, settings: Settings) -> str:
    """The page that a link opens, at the workspace's own address."""
    home = hosts.origin(settings, workspace.slug, workspace.host)
    return f"{home}{PATHS[link.purpose]}?token={secrets.link_token(link.id, settings.secret_key)}"


@dataclass(frozen=True, slots=True)
class Invitation:
    """As what somebody is invited, by whom where that was a person, and the page that the link opens."""

    role: Role
    by: str | None
    url: str


def message_id(link_id: UUID) -> str:
    """The same link always goes in the same mail."""
    return f"<link-{link_id}@imisofts.localhost>"


def compose(
    link: SignInLink, person: RowMapping, brand: Brand, invitation: Invitation, settings: Settings
) -> EmailMessage:
    """The mail to the person's own address, in the workspace's look and under its name."""
    words = _words(link, person["name"], brand.name, invitation)
    envelope = mail.Envelope(
        words.title, person["email"], message_id(link.id), link.created_at, brand, nearest(person["locale"])
    )
    return mail.letter(envelope, words, settings)


def _words(link: SignInLink, name: str, workspace: str, invitation: Invitation) -> mail.Letter:
    greeting = f"Hello {name},"
    closing = "Nobody but you can see this link. If you did not expect this mail, leave it alone."
    url = invitation.url
    if link.purpose == "reset":
        said = (
            "Somebody asked for a new password for this address. The link works once and for 30 minutes; setting a "
            "password signs you out everywhere else."
        )
        return mail.Letter("Set a new password", greeting, (said,), "Set a new password", url, closing)
    if link.purpose == "sign_in":
        said = (
            f"Somebody asked to sign in to {workspace} with this address. The link works once and for 10 minutes; "
            "a second factor is still asked for."
        )
        return mail.Letter(f"Sign in to {workspace}", greeting, (said,), "Sign in", url, closing)
    host = f"{invitation.by} invites you" if invitation.by else "You are invited"
    said = f"{host} to {workspace} as {ROLE_WORDS[invitation.role]}."
    life = f"It is open until {link.expires_at:%-d %B %Y, %H:%M} UTC. Nothing is shared before you accept it."
    title = f"Your invitation to {workspace}"
    return mail.Letter(title, greeting, (said, life), "Look at the invitation", url, closing)


NOTICES = {
    "password_changed": (
        "Your password was changed",
        "The password of your account was changed, and you were signed out on every other device.",
    ),
    "factor_added": (
        "A second factor was added",
        "An authenticator app or a key was added to your account. From now on signing in asks for it.",
    ),
    "factor_removed": (
        "A second factor was removed",
        "An authenticator app or a key was removed from your account.",
    ),
    "recovery_code_used": (
        "A recovery code was used",
        "Somebody signed in to your account with one of your recovery codes. It cannot be used again.",
    ),
    "factors_reset": (
        "Your second factor was reset",
        "An administrator of {workspace} removed your second factors and signed you out. Sign in and set one up anew.",
    ),
}
"""Title and text of each mail that tells somebody what was changed about their sign-in."""


def notice(
    what: str, notice_id: UUID, at: datetime, person: RowMapping, brand: Brand, settings: Settings
) -> EmailMessage:
    """The news of a change, to the person's own address, in the workspace's look and under its name."""
    title, said = NOTICES[what]
    text = (said.format(workspace=brand.name), "If this was not you, set a new password at once.")
    closing = "You get this mail because it concerns how you sign in."
    url = f"{settings.public_url}/account/security"
    words = mail.Letter(title, f"Hello {person['name']},", text, "Look at your sign-in", url, closing)
    message_id = f"<notice-{notice_id}@imisofts.localhost>"
    envelope = mail.Envelope(title, person["email"], message_id, at, brand, nearest(person["locale"]))
    return mail.letter(envelope, words, settings)
