"""A lost race as a choice: what one typed, what is stored now, field by field, and nothing of either is lost.

An edit form carries what it began with (:attr:`Form.was`), so that three versions are known: a field that only one of
the two changed is settled by itself, and only what both changed differently is asked. The answer is the same form
again, sent to the same address with the newest version, so that a third change in between is met in the same way.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from portal.forms import Form
from portal.language import day
from portal.language import gettext as _
from portal.lists import Choice
from portal.timeline import Entry, timeline
from portal.web import Visit


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an edit form; ``choices`` put names to its values, ``yes_no`` is a box that is ticked or not,
    ``is_day`` a date."""

    name: str
    label: str
    choices: tuple[Choice, ...] = ()
    yes_no: bool = False
    is_day: bool = False

    def shown(self, value: str) -> str:
        """A value in words."""
        if self.yes_no:
            return _("Yes") if value else _("No")
        if self.is_day:
            return day(value)
        return next((choice.label for choice in self.choices if choice.value == value), value)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is changed: its name, its id in the events, and the address of its page."""

    name: str
    id: str
    back: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What a field says in both versions, as sent and in words; ``chosen`` is the value kept so far."""

    name: str
    label: str
    mine: str
    theirs: str
    mine_shown: str
    theirs_shown: str
    chosen: str


@dataclass(frozen=True, slots=True)
class MergePage:
    """``asked`` are fields that both changed, ``settled`` those that one of the two changed, ``rest`` all that the form
    sent besides; ``now`` is the stored version, ``last`` the event that made it, where the viewer may read events."""

    subject: Subject
    action: str
    asked: tuple[Difference, ...]
    settled: tuple[Difference, ...]
    rest: tuple[tuple[str, str], ...]
    now: Form
    etag: str
    last: Entry | None


def differences(
    form: Form, stored: Form, fields: Sequence[Field]
) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
    """What must be asked, and what is settled because one of the two left it as it was."""
    asked: list[Difference] = []
    settled: list[Difference] = []
    began = _began(form)
    for field in fields:
        mine, theirs = _plain(form.value(field.name)), _plain(stored.value(field.name))
        if mine == theirs:
            continue
        before = _plain(began[field.name]) if field.name in began else None
        kept = theirs if before == mine else mine
        found = Difference(field.name, field.label, mine, theirs, field.shown(mine), field.shown(theirs), kept)
        (settled if before in {mine, theirs} else asked).append(found)
    return tuple(asked), tuple(settled)


async def ask(visit: Visit, form: Form, stored: Form, etag: str, fields: Sequence[Field], subject: Subject) -> Response:
    """The page of the choice, with status 412; ``etag`` is the version of ``stored``."""
    asked, settled = differences(form, stored, fields)
    own = {each.name for each in (*asked, *settled)} | {"form_token", "etag", "was"}
    page = MergePage(
        subject=subject,
        action=visit.request.url.path,
        asked=asked,
        settled=settled,
        rest=tuple((name, value) for name, value in form.values.items() if name not in own),
        now=stored,
        etag=etag,
        last=next(iter(await timeline(visit.api, subject.id, 1)), None),
    )
    return visit.page("merge.html", page, 412)


def _plain(text: str) -> str:
    """Line ends as browsers send them are no difference."""
    return text.replace("\r\n", "\n").strip()


def _began(form: Form) -> dict[str, str]:
    try:
        found = json.loads(form.value("was"))
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}
