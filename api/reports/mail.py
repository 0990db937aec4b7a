"""The mail that carries a report, and what is known about it after it was sent."""

import json
import smtplib
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlencode, urlsplit
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.reports.content import content
from api.reports.document import Document
from api.reports.figures import Frozen
from imisofts.brand import Brand
from imisofts.settings import Settings

_TIMEOUT: Final = 20.0
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)


class MailError(Exception):
    """A mail did not take its plain way."""


class NotSent(MailError):
    """The transport refused before it took the message: trying again is safe."""


class Refused(NotSent):
    """The transport refused for good (a 5xx answer): trying again would only be refused again."""


class MaybeSent(MailError):
    """The connection broke after the message was handed over: nobody may send again without asking first."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything a report's mail is made of."""

    report_id: UUID
    message_id: str
    recipient: str
    period: str
    document: Document


def message_id(report_id: UUID) -> str:
    """The mail's own id, made from the delivery's: the same report always carries the same one."""
    return f"<report-{report_id}@imisofts.localhost>"


def compose(letter: Letter, settings: Settings) -> EmailMessage:
    """Text and HTML alternatives with the PDF attached; sender and answer address are the brand's."""
    document = letter.document
    said = content(document.figures, document.brand, document.language, document.sections)
    say, brand = document.language.say, document.brand
    month = said["cover"]["month"]
    values = {
        "language": said["language"],
        "brand": brand,
        "tokens": brand.tokens("light"),
        "dark": brand.tokens("dark"),
        "title": say("Your report for {month}", month=month),
        "greeting": say("Hello {client},", client=document.figures["client_name"]),
        "intro": say("Your report for {month} is attached as a PDF. In short:", month=month),
        "paragraphs": said["summary"]["paragraphs"],
        "numbers": said["summary"]["numbers"][:4],
        "action": say("Open it in the portal"),
        "url": f"{settings.public_url}/reports#report-{letter.report_id}",
        "logo": "logo" if brand.logo_png else None,
        "closing": say("Questions? Just reply to this mail."),
        "data": said["foot"]["left"],
    }
    mail = EmailMessage()
    mail["Subject"] = f"{values['title']} – {brand.name}"[:180]
    mail["From"] = _sender(brand, settings)
    mail["To"] = letter.recipient
    if brand.reply_to:
        mail["Reply-To"] = brand.reply_to
    mail["Message-ID"] = letter.message_id
    mail["Date"] = format_datetime(_published(document.figures))
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_TEMPLATES.get_template("mail.txt").render(values))
    mail.add_alternative(_TEMPLATES.get_template("mail.html").render(values), subtype="html")
    _add_logo(mail, brand)
    name = say("report-{period}.pdf", period=letter.period)
    mail.add_attachment(document.pdf, maintype="application", subtype="pdf", filename=name)
    return mail


def _add_logo(mail: EmailMessage, brand: Brand) -> None:
    """The logo inside the mail, so that nothing is fetched from anywhere; mail programs draw no SVG."""
    html = mail.get_body(("html",))
    if brand.logo_png and isinstance(html, EmailMessage):
        html.add_related(brand.logo_png, maintype="image", subtype="png", cid="<logo>", disposition="inline")


def send(mail: EmailMessage, settings: Settings) -> None:
    """Hand the message over by SMTP; raises :class:`NotSent`, :class:`Refused` or
    :class:`MaybeSent`, and never tries twice.
    """
    url = urlsplit(settings.smtp_url)
    kind = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    try:
        server = kind(url.hostname or "127.0.0.1", url.port or 25, timeout=_TIMEOUT)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"The mail server cannot be reached: {error}.") from error
    try:
        if url.scheme == "smtp" and server.has_extn("starttls") and url.username:
            server.starttls()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal(*next(iter(error.recipients.values()))) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, error.smtp_error) from error
    except (OSError, smtplib.SMTPException) as error:
        raise MaybeSent(f"The connection broke while sending: {error}.") from error
    finally:
        server.close()


def _refusal(code: int, said: bytes | str) -> NotSent:
    """The server's own words; a 4xx answer asks to come again later, a 5xx answer does not."""
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    kind = Refused if code >= 500 else NotSent
    return kind(f"The mail server refused the message: {code} {' '.join(words.split())}")


def was_delivered(wanted: str, settings: Settings) -> bool | None:
    """Whether the transport has the message with this id; ``None`` where it cannot answer."""
    if not settings.embedded_mail and settings.sources.get("mail_url", "default") == "default":
        return None
    try:
        asked = f"{settings.mail_url}/messages.json?{urlencode({'message_id': wanted})}"
        with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310 - the operator's own setting
            found = json.load(answer)
    except (OSError, ValueError):
        return None
    return any(row["message_id"] == wanted for row in found)


def _sender(brand: Brand, settings: Settings) -> Address:
    """The brand's name before the installation's own address, which alone may send for its domain."""
    _, address = parseaddr(settings.mail_from)
    return Address(display_name=brand.sender_name, addr_spec=address)


def _published(figures: Frozen) -> datetime:
    return datetime.fromisoformat(figures["publication"]["published_at"])
