"""Every page and every file of the portal, asked over the ground of the probes by people who see one client alone."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from uuid import uuid4

import httpx2
from psycopg import sql

from api.client import Client, Credentials
from portal import app as portal_app
from portal.app import PAGES
from portal.web import Page
from tests.contracts.ground import Ground, Who

OF_THE_AGENCY = {"/services", "/people", "/settings", "/imports"}
"""Pages of rows that belong to no client: they are there for whoever may open them."""
TABLES = {
    "/account/security/factors": "second_factor",
    "/access": "membership",
    "/clients": "client",
    "/invoices": "invoice",
    "/milestones": "milestone",
    "/notifications": "notification",
    "/projects": "project",
    "/reports": "report_delivery",
    "/subscriptions": "subscription",
    "/tasks": "task",
    "/team": "membership",
    "/tickets": "ticket",
    "/time": "time_entry",
}
PARTS = {"contact": "contact", "row": "subscription_item", "project": "project"}
"""The table of a path's part by its name, where that is not ``id``."""
SHUT = {"/settings": 403, "/account/security/key": 409}
"""Pages that are open by their route and have nothing: no card for somebody's role, no keys at a number's address."""
FRAGMENTS = {"/notifications/{id:uuid}/sentence"}
"""Parts of a page: for an unknown row they are empty."""
UNFILTERED = ("/account", "/settings", "/help", "/workspaces", "/notifications")
"""Pages that take no filter."""
_PART = re.compile(r"\{(\w+):uuid\}")


@dataclass
class Pages:
    """The portal in front of the ground's API."""

    ground: Ground

    @cached_property
    def http(self) -> httpx2.AsyncClient:
        """A browser without scripts."""
        api = self.ground.mine.api
        app = portal_app.create(api.settings, Client.in_process(api.app))
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1")

    def get(self, path: str, who: Credentials) -> tuple[int, str]:
        """Status and text of a page; its nonces are not told, each answer has others."""
        cookies = {"Cookie": f"{who.cookie_name}={who.cookie}"}
        answer = self.ground.mine.api.portal.call(partial(self.http.get, path, headers=cookies))
        return answer.status_code, re.sub(r'nonce[-=]"?[\w-]+', "", answer.text)

    @cached_property
    def hidden(self) -> set[str]:
        """Ids and words of the second client's rows, which nobody here may be shown."""
        return set().union(*self.ground.second.values()) | set(self._words())

    def _words(self) -> Iterator[str]:
        query = (
            "select column_name from information_schema.columns where table_schema = 'public' and table_name = %s"
            " and data_type in ('text', 'character varying')"
        )
        own = f"^{self.ground.mine.slug} [0-9a-f]{{8}}$"
        for table, ids in self.ground.second.items():
            for (name,) in self.ground.owner.execute(query, (table,)).fetchall():
                column, whole = sql.Identifier(name), sql.Identifier(table)
                rows = sql.SQL("select {c} from {} where id::text = any(%s) and {c} ~ %s").format(whole, c=column)
                for (words,) in self.ground.owner.execute(rows, (list(ids), own)):
                    yield str(words)

    def shown(self, text: str, *sent: str) -> set[str]:
        """What of the second client stands on a page, less what the question said."""
        return {each for each in self.hidden if each in text and each not in sent}


def open_to(actions: Iterable[str]) -> list[Page]:
    """The pages that somebody may open who may do ``actions``."""
    return [page for page in PAGES if "GET" in page.verbs and not page.public and page.action in {None, *actions}]


def _table(page: Page, name: str) -> str | None:
    """The table that a part of the path names a row of; None where rows belong to no client."""
    if name != "id":
        return PARTS[name]
    if page.path.startswith("/projects/{project"):
        return "milestone"
    (found,) = {first for first in (*TABLES, *OF_THE_AGENCY) if page.path.startswith(f"{first}/")}
    return TABLES.get(found)


def leaks(pages: Pages, who: Who, credentials: Credentials, chosen: list[Page]) -> dict[str, object]:
    """Address → what it gave away; empty when all is well."""
    found: dict[str, object] = {}
    for page in chosen:
        probe = _of_rows if _PART.search(page.path) else _of_lists
        found |= {f"{who} {path}": what for path, what in probe(pages, credentials, page)}
    return found


def _of_lists(pages: Pages, who: Credentials, page: Page) -> Iterator[tuple[str, object]]:
    """A page of many things, as it is, searched, and narrowed to the second client, which is like an unknown one."""
    second, fixed = pages.ground.second_client, page.path == "/" or page.path.startswith(UNFILTERED)
    for asked in ("",) if fixed else ("", f"?q={pages.ground.mine.slug}", f"?client_id={second}"):
        if "?q" in asked and page.path.endswith("/new"):
            continue
        status, text = pages.get(page.path + asked, who)
        if status != SHUT.get(page.path, 200) and (second not in asked or status != 404):
            yield page.path + asked, status
        if given_away := pages.shown(text, *([second] if second in asked else [])):
            yield page.path + asked, given_away


def _of_rows(pages: Pages, who: Credentials, page: Page) -> Iterator[tuple[str, object]]:
    """A page of one row of the second client is answered as that of a row that nobody has."""
    parts = {name: _table(page, name) for name in _PART.findall(page.path)}
    if None in parts.values():
        return
    status, text = expected = _told(pages, who, page, {name: str(uuid4()) for name in parts})
    if status not in {403, 404} and (page.path not in FRAGMENTS or text.strip()):
        yield page.path, status
    foreign = {name: min(pages.ground.second[str(table)]) for name, table in parts.items()}
    if _told(pages, who, page, foreign) != expected:
        yield page.path, "is not answered like an unknown one"


def _told(pages: Pages, who: Credentials, page: Page, ids: dict[str, str]) -> tuple[int, str]:
    status, text = pages.get(_PART.sub(lambda match: ids[match[1]], page.path), who)
    for each in ids.values():
        text = text.replace(each, "ID")
    return status, text
