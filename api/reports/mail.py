"""The mail that carries a report."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Final
from uuid import UUID

from api.kit import mail
from api.reports.content import content
from api.reports.document import Document
from api.reports.figures import Frozen
from imisofts.settings import Settings

_TEMPLATES: Final = mail.templates(Path(__file__).parent / "templates")


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything a report's mail is made of; ``home`` is the workspace's own address."""

    report_id: UUID
    message_id: str
    recipient: str
    period: str
    home: str
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
        **mail.frame(brand, say("Powered by imisofts")),
        "title": say("Your report for {month}", month=month),
        "greeting": say("Hello {client},", client=document.figures["client_name"]),
        "intro": say("Your report for {month} is attached as a PDF. In short:", month=month),
        "paragraphs": said["summary"]["paragraphs"],
        "numbers": said["summary"]["numbers"][:4],
        "action": say("Open it in the portal"),
        "url": f"{letter.home}/reports#report-{letter.report_id}",
        "closing": say("Questions? Just reply to this mail."),
        "data": said["foot"]["left"],
    }
    made = mail.compose(
        mail.Envelope(
            subject=f"{values['title']} – {brand.name}",
            recipient=letter.recipient,
            message_id=letter.message_id,
            date=_published(document.figures),
            brand=brand,
        ),
        _TEMPLATES.get_template("mail.txt").render(values),
        _TEMPLATES.get_template("mail.html").render(values),
        settings,
    )
    name = say("report-{period}.pdf", period=letter.period)
    made.add_attachment(document.pdf, maintype="application", subtype="pdf", filename=name)
    return made


def _published(figures: Frozen) -> datetime:
    return datetime.fromisoformat(figures["publication"]["published_at"])
