"""The mails of identity: an invitation, a forgotten password, and the news of having joined."""

from email.message import EmailMessage
from uuid import UUID

from sqlalchemy import RowMapping

from api.identity import secrets
from api.identity.models import SignInLink, Workspace
from api.kit import mail
from imisofts.brand import Brand
from imisofts.settings import Settings

LINK_PATH, SIGN_IN_PATH = "/set-password", "/sign-in"


def address(token: str, settings: Settings) -> str:
    """The page that a link opens."""
    return f"{settings.public_url}{LINK_PATH}?token={token}"


def message_id(link_id: UUID) -> str:
    """The same link always goes in the same mail."""
    return f"<link-{link_id}@imisofts.localhost>"


def compose(link: SignInLink, person: RowMapping, workspace: Workspace, settings: Settings) -> EmailMessage:
    """The mail to the person's own address."""
    brand = Brand.from_workspace({"name": workspace.name, "brand": workspace.brand})
    words = _words(link, person["name"], workspace.name, settings)
    envelope = mail.Envelope(words.title, person["email"], message_id(link.id), link.created_at, brand)
    return mail.letter(envelope, words, settings)


def _words(link: SignInLink, name: str, workspace: str, settings: Settings) -> mail.Letter:
    greeting = f"Hello {name},"
    closing = "Nobody but you can see this link. If you did not expect this mail, leave it alone."
    url = address(secrets.link_token(link.id, settings.secret_key), settings)
    if link.purpose == "notice":
        said = f"You now have access to {workspace} as well. Sign in with the password that you have already."
        url = settings.public_url + SIGN_IN_PATH
        return mail.Letter(f"You have joined {workspace}", greeting, (said,), "Sign in", url, "Questions? Just reply.")
    if link.purpose == "reset":
        said = (
            "Somebody asked for a new password for this address. The link works once and for 30 minutes; setting a "
            "password signs you out everywhere else."
        )
        return mail.Letter("Set a new password", greeting, (said,), "Set a new password", url, closing)
    said = f"You are invited to {workspace}. Choose a password to come in. The link works once and for seven days."
    return mail.Letter(f"Your access to {workspace}", greeting, (said,), "Choose a password", url, closing)
