"""Idempotency-Key: a POST repeated with the same key is answered, not carried out again.

The key's row is written in the request's own transaction. While that runs, an advisory lock answers a second request
with 409; the same key with another body is 422. The kept answer is sealed with a key derived from the caller's
Idempotency-Key, of which only the hash is stored: the table holds nothing about anybody that can be read from it.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import UniqueConstraint, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.access import PUBLIC, actions_of
from api.kit.errors import Conflict, Malformed
from api.kit.ids import new_id
from api.kit.models import Base

HEADER = "Idempotency-Key"


class IdempotencyAnswer(Base):
    """The first answer to a key; kept for 48 hours."""

    __tablename__ = "idempotency_answer"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key_hash"),
        {
            "info": {
                "lake_excluded": "answers kept for two days to repeat them",
                "eventless": "no fact of its own",
                "ends": "created_at < :now - interval '48 hours'",
            }
        },
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column()
    key_hash: Mapped[bytes] = mapped_column()
    body_hash: Mapped[bytes] = mapped_column()
    status: Mapped[int] = mapped_column()
    sealed: Mapped[bytes] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class KeyInProgress(Conflict):
    """The first request with this key has not ended yet."""

    code = "idempotency_in_progress"


class KeyReused(Malformed):
    """The key came back with another body."""

    code = "idempotency_key_reused"


class KeyRequired(Malformed):
    """This route moves money: a repeated request must be recognisable."""

    code = "idempotency_key_required"


class KeyRefused(Malformed):
    """Signing in gives a fresh session each time: there is no first answer to repeat."""

    code = "idempotency_key_refused"


class _Replay(Exception):
    """Carries the first answer out of the transaction that found it."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def _required(request: Request) -> None:
    """Only noted here, so that who may not do it at all hears that first."""
    request.state.key_required = True


IdempotencyKey = Annotated[
    str | None, Header(alias=HEADER, min_length=1, max_length=200, description="Makes a repeat of this request safe.")
]
"""The header as a parameter; every POST takes it (see :class:`IdempotentRoute`)."""


def required() -> Any:
    """``dependencies=[idempotency.required()]`` on a route that moves money."""
    return Depends(_required)


def _hashes(request: Request, body: bytes) -> tuple[bytes, bytes, bytes]:
    """Key hash (scope: caller, route, key), body hash, and the sealing key."""
    sent = request.headers[HEADER]
    secret = request.app.state.settings.secret_key.encode()
    scope = f"{request.state.caller}\0{request.method}\0{request.url.path}\0{sent}".encode()
    sealing = hmac.new(secret, b"seal\0" + scope, hashlib.sha256).digest()
    return hashlib.sha256(scope).digest(), hashlib.sha256(_without_boundary(request, body)).digest(), sealing


def _without_boundary(request: Request, body: bytes) -> bytes:
    """A form sent again has another boundary, and is the same form."""
    _, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    return body.replace(boundary.strip('"').encode(), b"") if boundary else body


async def before_write(request: Request, session: AsyncSession) -> None:
    """Look for an earlier answer before anything is changed; called when the writing transaction opens."""
    if getattr(request.state, "key_required", False) and not request.headers.get(HEADER):
        raise KeyRequired(f"Send an {HEADER} header.", fields=[(HEADER, "is required here")])
    if request.method != "POST" or not request.headers.get(HEADER):
        return
    key_hash, body_hash, sealing = _hashes(request, await request.body())
    lock = int.from_bytes(key_hash[:8], "big", signed=True)
    if not await session.scalar(text("select pg_try_advisory_xact_lock(:lock)"), {"lock": lock}):
        raise KeyInProgress("The first request with this key is still running.")
    found = await session.scalar(select(IdempotencyAnswer).where(IdempotencyAnswer.key_hash == key_hash))
    if found is None:
        return
    if found.body_hash != body_hash:
        raise KeyReused("This key was used for another request.", fields=[(HEADER, "was used with another body")])
    kept = AESGCM(sealing).decrypt(found.sealed[:12], found.sealed[12:], key_hash)
    head, _, content = kept.partition(b"\n\n")
    headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
    raise _Replay(Response(content, found.status, {**headers, "Idempotent-Replayed": "true"}))


async def _keep(request: Request, response: Response) -> None:
    session: AsyncSession | None = getattr(request.state, "write_session", None)
    if session is None or not request.headers.get(HEADER):
        return
    key_hash, body_hash, sealing = _hashes(request, await request.body())
    named = {"content-type", "location", "etag"}
    head = "\n".join(f"{name}: {value}" for name, value in response.headers.items() if name in named)
    nonce = os.urandom(12)
    sealed = nonce + AESGCM(sealing).encrypt(nonce, head.encode() + b"\n\n" + bytes(response.body), key_hash)
    session.add(
        IdempotencyAnswer(
            workspace_id=session.info["workspace_id"],
            key_hash=key_hash,
            body_hash=body_hash,
            status=response.status_code,
            sealed=sealed,
        )
    )
    await session.flush()


class IdempotentRoute(APIRoute):
    """``APIRouter(route_class=IdempotentRoute)``: every POST of the router takes an Idempotency-Key.

    But the public ones: they run before a workspace is known, so there is no transaction to keep an answer in.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler; it still runs inside the request's transaction."""
        handler = super().get_route_handler()
        keeps = PUBLIC not in actions_of(self.dependant)

        async def run(request: Request) -> Response:
            if request.method != "POST" or not request.headers.get(HEADER):
                return await handler(request)
            if not keeps:
                raise KeyRefused("Repeat this request without a key.", fields=[(HEADER, "is not taken here")])
            await request.body()  # kept on the request, so that a form can be parsed and hashed
            try:
                response = await handler(request)
            except _Replay as replay:
                return replay.response
            await _keep(request, response)
            return response

        return run
