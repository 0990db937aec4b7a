"""Who looks at the console: the API's session, asked again every few seconds so that a revoked one ends here too."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

import streamlit as st

from api.client import Client, Credentials, Problem
from imisofts.access import Action, Actor, Role
from imisofts.brand import Brand

SESSION_COOKIE: Final = "imisofts_session"
RECHECK_SECONDS: Final = 5
"""How long an answer about a session is believed; also how late a revoked session leaves the console."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person with what the console needs to know; never holds the session itself."""

    actor: Actor
    name: str
    email: str
    workspace_name: str
    slug: str
    currency: str
    timezone: str
    brand: Brand
    locale: str | None = None

    @property
    def scope(self) -> str:
        """A cache key: everything about the viewer that may change a figure."""
        clients = "*" if self.actor.client_ids is None else ",".join(sorted(map(str, self.actor.client_ids)))
        projects = ",".join(sorted(map(str, self.actor.project_ids)))
        return f"{self.actor.workspace_id}|{','.join(sorted(self.actor.actions))}|{clients}|{projects}"


Denied = Literal["signed-out", "forbidden", "unreachable"]


def viewer_of(answer: dict[str, Any]) -> Viewer | None:
    """The viewer of ``GET /v1/session``'s answer, or None where the role may not open the console."""
    actions = frozenset(Action(action) for action in answer["actions"] if action in set(Action))
    if Action.console_open not in actions:
        return None
    workspace, user = answer["workspace"], answer["user"]
    clients = answer["client_ids"]
    actor = Actor(
        workspace_id=UUID(workspace["id"]),
        user_id=UUID(user["id"]),
        role=Role(answer["role"]),
        kind="user",
        actions=actions,
        client_ids=None if clients is None else frozenset(map(UUID, clients)),
        project_ids=frozenset(map(UUID, answer["project_ids"])),
    )
    return Viewer(
        actor=actor,
        name=user["name"] or user["email"],
        email=user["email"],
        workspace_name=workspace["name"],
        slug=workspace["slug"],
        currency=workspace["currency"],
        timezone=workspace["timezone"],
        brand=Brand.from_workspace(workspace),
        locale=answer["locale"],
    )


def current_viewer(api_url: str) -> Viewer | Denied:
    """The person behind this browser session, or why nobody may look."""
    asked = _asked(api_url)
    if asked is None:
        return "signed-out"
    cookie = asked.cookie
    known: tuple[float, str, Viewer | Denied] | None = st.session_state.get("_viewer")
    if known and known[1] == cookie and time.monotonic() - known[0] < RECHECK_SECONDS:
        return known[2]
    found = _ask(api_url, asked)
    st.session_state["_viewer"] = (time.monotonic(), cookie, found)
    return found


@st.cache_data(max_entries=20, show_spinner=False)
def logo(api_url: str, sha256: str) -> bytes:
    """A logo's bytes; its hash says that they never change. Empty where the service does not answer."""

    async def ask() -> bytes:
        async with Client.http(api_url) as client:
            return (await client.get(f"/v1/brand/files/{sha256}")).content

    try:
        return asyncio.run(ask())
    except (Problem, OSError):
        return b""


def held_reports(api_url: str) -> list[dict[str, Any]]:
    """The client reports that wait, as the API tells this browser's session; none where it tells nothing."""
    asked = _asked(api_url)
    if asked is None:
        return []
    try:
        return list(_get(api_url, asked, "/v1/reports", {"status": "held", "limit": "200"})["items"])
    except (Problem, OSError):
        return []


@dataclass(frozen=True, slots=True)
class _Asked:
    """The browser's session, its cookie's name, and the host it was sent to: one workspace's, or the installation's."""

    cookie: str
    cookie_name: str
    host: str | None


def _asked(api_url: str) -> _Asked | None:
    """What the browser sent; None without a session. Under TLS the cookie's name forbids other hosts to set it."""
    name = ("__Host-" if api_url.startswith("https://") else "") + SESSION_COOKIE
    cookie = st.context.cookies.get(name)
    return _Asked(cookie, name, st.context.headers.get("Host")) if cookie else None


def _get(api_url: str, asked: _Asked, path: str, query: dict[str, str]) -> dict[str, Any]:
    async def ask() -> dict[str, Any]:
        async with Client.http(api_url) as client:
            credentials = Credentials(cookie=asked.cookie, cookie_name=asked.cookie_name)
            answer = await client.get(path, credentials=credentials, params=query, host=asked.host)
            return dict(answer.body)

    return asyncio.run(ask())


def _ask(api_url: str, asked: _Asked) -> Viewer | Denied:
    try:
        return viewer_of(_get(api_url, asked, "/v1/session", {})) or "forbidden"
    except Problem as problem:
        return "signed-out" if problem.status == 401 else "forbidden" if problem.status == 403 else "unreachable"
    except OSError:
        return "unreachable"
