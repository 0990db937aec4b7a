"""The folder of caught messages: one ``.eml`` per delivery, never overwritten, read back for the inbox."""

import itertools
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

_counter = itertools.count()


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attached file; ``index`` is its address below the message."""

    index: int
    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class Caught:
    """One message as delivered; the same message delivered twice is two of these."""

    id: str
    message_id: str
    sender: str
    to: str
    subject: str
    received_at: str
    path: str
    attachments: tuple[Attachment, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values for ``/messages.json``."""
        return asdict(self)


def store(folder: Path, content: bytes, envelope_from: str, envelope_to: list[str]) -> Path:
    """Write one delivery as a new file, complete or not at all; the envelope goes into two leading headers."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}-{next(_counter):06d}"
    head = f"X-Envelope-From: {_line(envelope_from)}\r\nX-Envelope-To: {_line(', '.join(envelope_to))}\r\n"
    fresh = folder / f".{name}.new"
    fresh.write_bytes(head.encode() + content)
    return fresh.rename(folder / f"{name}.eml")


def _line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def messages(folder: Path) -> list[Caught]:
    """All messages, newest first."""
    return [describe(path) for path in sorted(folder.glob("[!.]*.eml"), reverse=True)]


def find(folder: Path, message: str) -> Path | None:
    """The file of one message by its id, which is its file's stem."""
    path = folder / f"{message}.eml"
    return path if path.parent == folder and path.is_file() else None


def parse(path: Path) -> EmailMessage:
    """The message in the modern e-mail API."""
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def describe(path: Path) -> Caught:
    """What the list shows of one message."""
    message = parse(path)
    received = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    attached = tuple(
        Attachment(index, part.get_filename() or f"part-{index}", part.get_content_type(), len(content_of(part)))
        for index, part in enumerate(message.iter_attachments())
    )
    return Caught(
        id=path.stem,
        message_id=str(message.get("Message-ID", "")),
        sender=str(message.get("From", "")),
        to=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        received_at=received.isoformat(timespec="seconds"),
        path=str(path),
        attachments=attached,
    )


def body(path: Path, kind: str) -> str | None:
    """The ``plain`` or ``html`` alternative of a message."""
    part = parse(path).get_body((kind,))
    return None if part is None else str(part.get_content())


def content_of(part: Any) -> bytes:
    """A part's bytes, whatever its transfer encoding."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
