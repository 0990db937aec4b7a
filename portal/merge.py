"""A lost race as a choice: what one typed, what is stored now, field by field, and nothing of either is lost.

An edit form carries what it began with (:attr:`Form.was`), so that three versions are known: a field that only one of
the two changed is settled by itself, and only what both changed differently is asked. The answer is the same form
again, sent to the same address with the newest version, so that a third change in between is met in the same way.

One box of several is a field of its own: it is ticked or not, so at most one of the two changed it, and the choice
shows it to be ticked otherwise. Lines are laid side by side by :mod:`portal.merge_lines`.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from starlette.responses import Response

from portal import merge_lines
from portal.forms import Form, ticked
from portal.language import day
from portal.language import gettext as _
from portal.lists import Choice
from portal.merge_lines import Lines
from portal.timeline import Entry, timeline
from portal.web import Visit


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an edit form; ``choices`` put names to its values, ``yes_no`` is a box that is ticked or not,
    ``is_day`` a date; ``box`` is the value of one box of several that are called ``name``."""

    name: str
    label: str
    choices: tuple[Choice, ...] = ()
    yes_no: bool = False
    is_day: bool = False
    box: str = ""

    @property
    def key(self) -> str:
        """Under which name a form knows it."""
        return ticked(self.name, self.box) if self.box else self.name

    def shown(self, value: str) -> str:
        """A value in words."""
        if self.yes_no:
            return _("Yes") if value else _("No")
        if self.is_day:
            return day(value)
        return next((choice.label for choice in self.choices if choice.value == value), value)


def boxes(name: str, label: str, choices: Iterable[Choice]) -> tuple[Field, ...]:
    """A field for each box of those called ``name``; ``label`` says of what they are."""
    return tuple(Field(name, f"{label}: {one.label}", box=one.value, yes_no=True) for one in choices)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is changed: its name, its id in the events (none: it has no history to show), and its page's address."""

    name: str
    id: str
    back: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What a field says in both versions, as sent and in words; ``chosen`` is the value kept so far. ``box`` as in
    :class:`Field`."""

    name: str
    label: str
    mine: str
    theirs: str
    mine_shown: str
    theirs_shown: str
    chosen: str
    box: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``asked`` are fields that both changed, ``settled`` those that one of the two changed, ``agreed`` the lines and
    boxes that are the same in both, as sent."""

    asked: tuple[Difference, ...]
    settled: tuple[Difference, ...]
    agreed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MergePage:
    """``rest`` is all that the form sent besides what is asked or settled; ``now`` is the stored version, ``last`` the
    event that made it, where the viewer may read events."""

    subject: Subject
    action: str
    asked: tuple[Difference, ...]
    settled: tuple[Difference, ...]
    rest: tuple[tuple[str, str], ...]
    now: Form
    etag: str
    last: Entry | None


def differences(form: Form, stored: Form, fields: Sequence[Field | Lines]) -> Outcome:
    """What must be asked, and what is settled because one of the two left it as it was."""
    asked: list[Difference] = []
    settled: list[Difference] = []
    agreed: list[tuple[str, str]] = []
    began = _began(form)
    for field in fields:
        for part, before, mine, theirs in _versions(field, began, form, stored):
            if mine == theirs:
                agreed += _as_sent(part, mine)
                continue
            kept = theirs if before == mine else mine
            label, words = part.label, (part.shown(mine), part.shown(theirs))
            found = Difference(part.name, label, mine, theirs, *words, kept, part.box)
            (settled if part.box or before in {mine, theirs} else asked).append(found)
    return Outcome(tuple(asked), tuple(settled), tuple(agreed))


def _versions(
    field: Field | Lines, began: dict[str, str], form: Form, stored: Form
) -> Iterable[tuple[Field | merge_lines.Part, str | None, str, str]]:
    """The three versions of a field, or of each line: as it was (None: unknown), as typed, as stored."""
    key = field.name if isinstance(field, Lines) else field.key
    before = began.get(key, "" if began and isinstance(field, Field) and field.box else None)
    before, mine, theirs = (
        None if before is None else _plain(before),
        _plain(form.value(key)),
        _plain(stored.value(key)),
    )
    if isinstance(field, Lines):
        return merge_lines.parts(field, before, mine, theirs)
    return [(field, before, mine, theirs)]


def _as_sent(part: Field | merge_lines.Part, value: str) -> list[tuple[str, str]]:
    """What both say alike and the form does not know under the name it is sent by: a ticked box, a line."""
    if isinstance(part, merge_lines.Part):
        return [(part.name, value)]
    return [(part.name, part.box)] if part.box and value else []


async def ask(
    visit: Visit, form: Form, stored: Form, etag: str, fields: Sequence[Field | Lines], subject: Subject
) -> Response:
    """The page of the choice, with status 412; ``etag`` is the version of ``stored``."""
    found = differences(form, stored, fields)
    own = {"form_token", "etag", "was"}
    own |= {each.name if isinstance(each, Lines) else each.key for each in fields if not _stays(each, found)}
    rest = {name: value for name, value in form.values.items() if name not in own}
    if "key" in rest:
        rest["key"] = uuid4().hex  # the refused try was an answer of its own
    page = MergePage(
        subject=subject,
        action=visit.request.url.path,
        asked=found.asked,
        settled=found.settled,
        rest=(*rest.items(), *found.agreed),
        now=stored,
        etag=etag,
        last=next(iter(await timeline(visit.api, subject.id, 1)), None) if subject.id else None,
    )
    return visit.page("merge.html", page, 412)


def _stays(field: Field | Lines, found: Outcome) -> bool:
    """Whether the form's own value is sent on: a plain field on which both agree."""
    if isinstance(field, Lines) or field.box:
        return False
    return field.name not in {each.name for each in (*found.asked, *found.settled)}


def _plain(text: str) -> str:
    """Line ends as browsers send them are no difference."""
    return text.replace("\r\n", "\n").strip()


def _began(form: Form) -> dict[str, str]:
    try:
        found = json.loads(form.value("was"))
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}
