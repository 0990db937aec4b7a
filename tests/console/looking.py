"""Looks at a page of the console the way a person does: its words, its tables, its notices."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block
from streamlit.util import calc_hash

from imisofts.access import ACTIONS_OF_ROLE, Role
from tests.warehouse.gateway.lake_fixture import key

APP = Path(__file__).resolve().parents[2] / "console" / "app.py"
PATIENCE = 120


def session_answer(role: Role, slug: str = "ours", currency: str = "EUR") -> dict[str, Any]:
    """What the API says about somebody who is signed in."""
    return {
        "user": {"id": str(key("user")), "name": "Ann", "email": "ann@ours.example"},
        "workspace": {"id": str(key(slug)), "slug": slug, "name": slug.title(), "currency": currency,
                      "timezone": "UTC", "brand": {}},
        "role": role.value,
        "actions": sorted(ACTIONS_OF_ROLE[role]),
        "client_id": None,
        "client_ids": None,
        "project_ids": [],
        "locale": None,
    }  # fmt: skip


@dataclass(frozen=True)
class Looked:
    """A drawn page."""

    app: AppTest

    @property
    def text(self) -> str:
        """All words of the page but those of widgets. AssertionError where it broke or a panel could not be read."""
        assert not self.app.exception, self.app.exception
        parts = [
            *(str(part.proto.body) for part in self.app.get("html")),
            *(str(part.value) for part in self.app.title),
        ]
        words = " ".join(parts)
        assert "Reading it failed" not in words, words
        return words

    def table(self, panel: str) -> list[dict[str, object]]:
        """The lines of a panel's table; what has no value is ``None``. LookupError where it shows none."""
        return self.lines(f"panel-{panel}")

    def lines(self, place: str) -> list[dict[str, object]]:
        """The lines of the first table inside the container of that key."""
        for block in _blocks(self.app.main):
            if str(getattr(block.proto, "id", "")).endswith(f"-{place}") and len(block.dataframe):
                frame = block.dataframe[0].value
                return [{str(name): _plain(value) for name, value in line.items()} for line in frame.to_dict("records")]
        raise LookupError(f"{place} shows no table")

    def chart(self, panel: str) -> str:
        """The specification of a panel's chart. LookupError where it shows none."""
        for block in _blocks(self.app.main):
            if str(getattr(block.proto, "id", "")).endswith(f"-panel-{panel}"):
                return next(str(part.proto.spec) for part in block.get("vega_lite_chart"))
        raise LookupError(f"{panel} shows no chart")

    def pages(self) -> set[str]:
        """The addresses of the pages that the viewer is offered."""
        return {str(info.get("url_pathname", "")) for info in self.app._registered_pages.values()}


def look(path: str = "", **query: str | list[str]) -> Looked:
    """Open the page at ``path`` with the address's parameters."""
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE)
    # Streamlit's own way to a page made of a function; its switch_page knows files alone.
    app._page_hash = calc_hash(path) if path else ""
    for name, value in query.items():
        app.query_params[name] = value
    return Looked(app.run())


def _blocks(block: Block) -> Iterator[Block]:
    for child in block.children.values():
        if isinstance(child, Block):
            yield child
            yield from _blocks(child)


def _plain(value: object) -> object:
    return None if isinstance(value, float) and math.isnan(value) else value
