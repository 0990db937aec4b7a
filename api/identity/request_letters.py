"""The mails of a sign-up and of a new address, in the installation's own look: no workspace speaks."""

from email.message import EmailMessage

from sqlalchemy import RowMapping

from api.identity import secrets
from api.kit import mail
from imisofts.brand import Brand
from imisofts.languages import nearest
from imisofts.settings import Settings

PATHS = {
    "sign_up": "/sign-up/confirm",
    "email_new": "/account/email/confirm",
    "email_old": "/account/email/confirm",
    "email_undo": "/account/email/undo",
}
CLOSING = "If you did not expect this mail, leave it alone: nothing happens without the link."


def compose(row: RowMapping, settings: Settings, *, known: bool) -> EmailMessage:
    """The mail to the request's own address; ``known`` says that the address has an account."""
    url = f"{settings.public_url}{PATHS[row['kind']]}?token={secrets.link_token(row['id'], settings.secret_key)}"
    words = _words(row, url, known=known)
    message_id = f"<request-{row['id']}@imisofts.localhost>"
    locale = nearest(row["facts"].get("locale"))
    envelope = mail.Envelope(words.title, row["email"], message_id, row["created_at"], Brand(), locale)
    return mail.letter(envelope, words, settings)


def _words(row: RowMapping, url: str, *, known: bool) -> mail.Letter:
    facts = row["facts"]
    if row["kind"] == "sign_up":
        hello, agency = f"Hello {facts['name']},", facts["agency"]
        told = [f"Somebody asked to open {agency} with this address. Confirm within 24 hours, and it is yours."]
        if known:
            told.append("You have an account already: it stays as it is, and the new agency is added to it.")
        return mail.Letter(f"Confirm your address to open {agency}", hello, told, "Confirm", url, CLOSING)
    if row["kind"] == "email_new":
        said = "Somebody asked to sign in with this address from now on. Confirm within 24 hours."
        return mail.Letter("Confirm your new address", "Hello,", (said,), "Confirm this address", url, CLOSING)
    if row["kind"] == "email_old":
        said = (
            f"Somebody asked to sign in with {facts['email']} in place of this address. It changes only if you confirm "
            "it here as well, within 24 hours. If it was not you, change your password."
        )
        return mail.Letter("Do you want another address?", "Hello,", (said,), "Look at the change", url, CLOSING)
    said = (
        f"Your account signs in with {facts['email']} from now on. If that was not you, this link puts this address "
        "back and signs everybody out; it works for seven days."
    )
    return mail.Letter("Your address was changed", "Hello,", (said,), "Put this address back", url, "Keep this mail.")
