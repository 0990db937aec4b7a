"""A mail that is sent to nobody, for a look at a brand."""

from api.kit import mail
from imisofts.brand import Brand


def letter(brand: Brand) -> mail.Letter:
    """An invitation; its words are English, as all our mails are written."""
    return mail.Letter(
        title=f"Your access to {brand.name}",
        greeting="Hello Kim Summer,",
        paragraphs=(f"You are invited to {brand.name}. Choose a password to come in.",),
        action="Choose a password",
        url="#",
        closing="Questions? Just reply to this mail.",
    )
