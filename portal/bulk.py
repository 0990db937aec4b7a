"""Many rows at once: the verbs of a list, what each did to every row, and the way back.

A list's verbs share one address (``/tasks/bulk``). Each row is one request to the API, so that one refused row stops no
other; what was refused is reported by name with the API's own reason.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Action
from portal.door import Json, Problem
from portal.language import gettext as _
from portal.lists import Choice
from portal.notices import Undo
from portal.web import Page, Visit, safe_next

MOST_ROWS = 200
_ROW = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?::(\d{1,9}))?")


@dataclass(frozen=True, slots=True)
class Row:
    """A chosen row: its address in the API, and the version that was looked at (empty where none was named)."""

    path: str
    version: str

    async def etag(self, visit: Visit) -> str:
        """For If-Match: the version that was looked at, else the present one."""
        if self.version:
            return f'"{self.version}"'
        return (await visit.api.get(self.path)).etag


Act = Callable[[Visit, Row], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Sure:
    """What is asked before something that has no way back: what it takes and what it leaves, in sentences."""

    title: str
    going: str
    staying: str


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing to do to many rows. ``said`` tells how many it was done to; ``undo`` names the verb that takes it back,
    ``sure`` the question asked first where none does, ``asks`` labels what is chosen beside it (field ``chosen``)."""

    name: str
    label: str
    icon: str
    said: Callable[[int], str]
    act: Act
    undo: str = ""
    sure: Sure | None = None
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """The verbs offered for chosen rows; ``choices`` is what the verb that ``asks`` lets one choose from."""

    address: str
    verbs: tuple[Verb, ...]
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that stayed as it was, and why."""

    name: str
    href: str
    reason: str


@dataclass(frozen=True, slots=True)
class BulkQuestion:
    """The page before something final: ``sent`` are the fields that come along unchanged."""

    sure: Sure
    verb: Verb
    count: int
    path: str
    back: str
    sent: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BulkReport:
    """What became of the rows: how many were done, which were not, and the way back of those that were."""

    said: str
    refused: tuple[Refused, ...]
    back: str
    undo: Undo | None


@dataclass(frozen=True, slots=True)
class Bulk:
    """The verbs of the list at ``path``; rows live at ``api_path``, and ``name_of`` tells one's name. ``place`` is
    where one row is looked at, with ``{}`` for its id, if not below the list."""

    path: str
    action: Action
    verbs: Callable[[], tuple[Verb, ...]]
    name_of: Callable[[Json], str]
    api_path: str = ""
    place: str = ""

    @property
    def address(self) -> str:
        """Where the verbs are sent."""
        return f"{self.path}/bulk"

    def page(self) -> Page:
        """The route."""
        return Page(self.address, self._handle, ("POST",), action=self.action)

    def bar(self, visit: Visit, *names: str, choices: tuple[Choice, ...] = ()) -> Bar | None:
        """The verbs of these names, in this order, where the viewer may use them."""
        if not visit.me.may(self.action):
            return None
        known = {verb.name: verb for verb in self.verbs()}
        return Bar(self.address, tuple(known[name] for name in names), choices)

    def back(self, verb: str, *ids: str) -> Undo:
        """The way back of something that was done to one row on a page of its own."""
        return Undo(self.address, verb, ids)

    async def _handle(self, visit: Visit) -> Response:
        verb = next((verb for verb in self.verbs() if verb.name == visit.sent.get("verb")), None)
        if verb is None:
            raise Problem(422, "unknown_verb", _("This list knows no such action."))
        rows = self._rows(visit)
        back = safe_next(str(visit.sent.get("back", "")) or self.path)
        if not rows:
            return visit.leave(back, _("Choose at least one row first."), "information")
        if verb.sure is not None and not visit.sent.get("sure"):
            kept = tuple((name, value) for name, value in visit.sent.multi_items() if isinstance(value, str))
            sent = tuple((name, value) for name, value in kept if name not in {"form_token", "sure"})
            return visit.page("bulk/confirm.html", BulkQuestion(verb.sure, verb, len(rows), self.address, back, sent))
        return await self._do(visit, verb, rows, back)

    def _rows(self, visit: Visit) -> dict[str, Row]:
        """The chosen rows by id, each once."""
        found: dict[str, Row] = {}
        for value in visit.sent.getlist("row")[:MOST_ROWS]:
            match = _ROW.fullmatch(str(value))
            if match:
                found[match.group(1)] = Row(f"{self.api_path or self.path}/{match.group(1)}", match.group(2) or "")
        return found

    async def _do(self, visit: Visit, verb: Verb, rows: Mapping[str, Row], back: str) -> Response:
        done: list[str] = []
        refused: list[Refused] = []
        for ident, row in rows.items():
            try:
                await verb.act(visit, row)
            except Problem as problem:
                if problem.status not in {403, 404, 409, 412, 422}:
                    raise
                refused.append(await self._refused(visit, ident, row, problem))
            else:
                done.append(ident)
        undo = Undo(self.address, verb.undo, tuple(done)) if verb.undo and done else None
        if not refused:
            return visit.leave(back, verb.said(len(done)), "good", undo)
        report = BulkReport(verb.said(len(done)) if done else "", tuple(refused), back, undo)
        return visit.page("bulk/report.html", report)

    async def _refused(self, visit: Visit, ident: str, row: Row, problem: Problem) -> Refused:
        reason = problem.detail
        if problem.status == 412:
            reason = _("Somebody else changed it since this list was loaded.")
        try:
            name = self.name_of((await visit.api.get(row.path)).object)
        except Problem:
            return Refused(_("A row that is not there any more"), "", reason)
        return Refused(name, (self.place or f"{self.path}/{{}}").format(ident), reason)


async def delete(visit: Visit, row: Row) -> None:
    """Archive or delete the version that was looked at."""
    await visit.api.delete(row.path, etag=await row.etag(visit))


def post(verb: str) -> Act:
    """An act that is a POST below the row's address."""

    async def act(visit: Visit, row: Row) -> None:
        await visit.api.post(f"{row.path}/{verb}")

    return act
