"""Mails: one look and one way to the transport for whatever the service writes to people.

A mail carries an id made from the row that asks for it, so that it can be looked up after a broken connection and is
never sent again blindly.
"""

import json
import smtplib
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.kit.wording import POWERED_BY, said
from imisofts.brand import Brand
from imisofts.languages import Locale
from imisofts.settings import Settings

_TIMEOUT: Final = 20.0
_FOLDER: Final = Path(__file__).parent / "templates"


class MailError(Exception):
    """A mail did not take its plain way."""


class NotSent(MailError):
    """The transport refused before it took the message: trying again is safe."""


class Refused(NotSent):
    """The transport refused for good (a 5xx answer): trying again would only be refused again."""


class MaybeSent(MailError):
    """The connection broke after the message was handed over: nobody may send again without asking first."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands outside: ``message_id`` is made from the row that asks for the mail; ``locale`` is the reader's."""

    subject: str
    recipient: str
    message_id: str
    date: datetime
    brand: Brand
    locale: Locale | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A short mail: greeting, paragraphs, one action and its address, a closing sentence."""

    title: str
    greeting: str
    paragraphs: Sequence[str]
    action: str
    url: str
    closing: str
    language: str = "en"


def templates(*folders: Path) -> Environment:
    """Templates of these folders, which may extend the letter's frame."""
    return Environment(loader=FileSystemLoader([*folders, _FOLDER]), autoescape=True, undefined=StrictUndefined)


def frame(brand: Brand, powered: str) -> dict[str, object]:
    """What the letter's frame needs of a brand; ``powered`` names us in the reader's language where the brand does."""
    return {
        "powered": powered if brand.powered_by else "",
        "brand": brand,
        "tokens": brand.tokens("light"),
        "dark": brand.tokens("dark"),
        "logo": "logo" if brand.logo_png else None,
    }


def page(brand: Brand, words: Letter, logo: str | None, locale: Locale | None) -> str:
    """A short mail's HTML as a page shows it; ``logo`` is the address of the brand's, where it has one."""
    words = _told(words, locale)
    values = {
        **frame(brand, said(POWERED_BY, locale)),
        **{name: getattr(words, name) for name in words.__slots__},
        "data": "",
    }
    html = templates().get_template("letter.html").render(values)
    return html.replace('"cid:logo"', f'"{logo}"') if logo else html


def letter(envelope: Envelope, words: Letter, settings: Settings) -> EmailMessage:
    """A short mail in the brand's look and in the reader's language: ``words`` are English, as the code has them."""
    words = _told(words, envelope.locale)
    envelope = replace(envelope, subject=said(envelope.subject, envelope.locale))
    values = {
        **frame(envelope.brand, said(POWERED_BY, envelope.locale)),
        **{name: getattr(words, name) for name in words.__slots__},
        "data": "",
    }
    found = templates()
    text = found.get_template("letter.txt").render(values)
    return compose(envelope, text, found.get_template("letter.html").render(values), settings)


def _told(words: Letter, locale: Locale | None) -> Letter:
    return replace(
        words,
        title=said(words.title, locale),
        greeting=said(words.greeting, locale),
        paragraphs=tuple(said(paragraph, locale) for paragraph in words.paragraphs),
        action=said(words.action, locale),
        closing=said(words.closing, locale),
        language=(locale or words.language).replace("_", "-"),
    )


def compose(envelope: Envelope, text: str, html: str, settings: Settings) -> EmailMessage:
    """Text and HTML alternatives under the brand's sender and answer address, its logo inside."""
    mail = EmailMessage()
    mail["Subject"] = envelope.subject[:180]
    mail["From"] = _sender(envelope.brand, settings)
    mail["To"] = envelope.recipient
    if envelope.brand.reply_to:
        mail["Reply-To"] = envelope.brand.reply_to
    mail["Message-ID"] = envelope.message_id
    mail["Date"] = format_datetime(envelope.date)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    _add_logo(mail, envelope.brand)
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
