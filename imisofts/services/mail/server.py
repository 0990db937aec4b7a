"""The SMTP listener and the inbox page, in one event loop."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from imisofts.services.mail import box

MAX_BYTES = 50 * 1024 * 1024
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'"
_MESSAGE_POLICY = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
_SAFE_NAME = re.compile(r"[^\w.() -]")


class Keeper:
    """aiosmtpd's handler: keeps every message that arrives."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Store before answering, so that an accepted message is never lost."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        await asyncio.to_thread(box.store, self._folder, content, envelope.mail_from or "", list(envelope.rcpt_tos))
        return "250 kept"


def create(folder: Path, *, smtp_port: int) -> Starlette:
    """The inbox over ``folder``; listens for SMTP while the application lives."""
    pages = Pages(folder)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        listener = await loop.create_server(
            lambda: SMTP(Keeper(folder), hostname="imisofts.localhost", data_size_limit=MAX_BYTES, loop=loop),
            "127.0.0.1",
            smtp_port,
        )
        async with listener:
            yield

    return Starlette(
        routes=[
            Route("/", pages.inbox),
            Route("/messages.json", pages.listing),
            Route("/messages/{message}", pages.message),
            Route("/messages/{message}/html", pages.html),
            Route("/messages/{message}/raw", pages.raw),
            Route("/messages/{message}/attachments/{index:int}", pages.attachment),
        ],
        lifespan=lifespan,
    )


class Pages:
    """What the inbox answers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
        )

    def inbox(self, _request: Request) -> Response:
        """The list, newest first."""
        return self._page("inbox.html", messages=box.messages(self._folder))

    def listing(self, request: Request) -> Response:
        """The list for programs; ``?message_id=`` answers whether one message arrived, and how often."""
        wanted = request.query_params.get("message_id")
        found = [caught.as_json() for caught in box.messages(self._folder) if wanted in (None, caught.message_id)]
        return JSONResponse(found)

    def message(self, request: Request) -> Response:
        """One message: headers, text, the HTML in a closed frame, attachments."""
        path = self._find(request)
        return self._page(
            "message.html",
            message=box.describe(path),
            text=box.body(path, "plain"),
            has_html=box.body(path, "html") is not None,
        )

    def html(self, request: Request) -> Response:
        """The HTML alternative, with neither scripts nor foreign content."""
        content = box.body(self._find(request), "html")
        if content is None:
            raise HTTPException(404)
        return HTMLResponse(content, headers={"Content-Security-Policy": _MESSAGE_POLICY})

    def raw(self, request: Request) -> Response:
        """The message as it was delivered."""
        return Response(self._find(request).read_bytes(), media_type="message/rfc822", headers=_saved_as("message.eml"))

    def attachment(self, request: Request) -> Response:
        """One attached file, as a download."""
        parts = list(box.parse(self._find(request)).iter_attachments())
        index = int(request.path_params["index"])
        if index >= len(parts):
            raise HTTPException(404)
        name = parts[index].get_filename() or f"part-{index}"
        return Response(
            box.content_of(parts[index]), media_type=parts[index].get_content_type(), headers=_saved_as(name)
        )

    def _find(self, request: Request) -> Path:
        path = box.find(self._folder, str(request.path_params["message"]))
        if path is None:
            raise HTTPException(404)
        return path

    def _page(self, template: str, **context: object) -> Response:
        text = self._templates.get_template(template).render(**context)
        return HTMLResponse(text, headers={"Content-Security-Policy": _PAGE_POLICY})


def _saved_as(name: str) -> dict[str, str]:
    safe = _SAFE_NAME.sub("_", name).encode("ascii", "replace").decode()
    return {"Content-Disposition": f'attachment; filename="{safe}"', "X-Content-Type-Options": "nosniff"}
