"""A form as the page shows it: what was typed stays, and each error stands beside its field."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from portal.language import gettext as _


@dataclass(frozen=True, slots=True)
class Form:
    """Typed values and errors by field name; ``problem`` is what no single field can say."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None

    def value(self, name: str) -> str:
        """What was typed, or nothing."""
        return self.values.get(name, "")

    def error(self, name: str) -> str | None:
        """The sentence beside a field."""
        return self.errors.get(name)

    @property
    def was(self) -> str:
        """What the form began with, as JSON that it carries along: so a lost race knows who changed what."""
        return self.values.get("was") or json.dumps(dict(self.values))

    def failed(self, name: str, message: str) -> "Form":
        """The same form with one more error."""
        return replace(self, errors={**self.errors, name: message})

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong so far."""
        return not self.errors and self.problem is None


def typed(sent: Iterable[tuple[str, object]]) -> Form:
    """The text fields of a sent form, trimmed, each under its name (the last one wins)."""
    return Form({name: value.strip() for name, value in sent if isinstance(value, str)})


def ticked(name: str, value: str) -> str:
    """The key under which a form knows one box of several that share a name."""
    return f"{name}={value}"


def with_boxes(form: Form, **boxes: Iterable[object]) -> Form:
    """The form with the ticked boxes of each name, one value a box, so that a lost race is settled box by box."""
    bare = {name: value for name, value in form.values.items() if name not in boxes}
    return replace(form, values=bare | {ticked(name, str(one)): "1" for name, ones in boxes.items() for one in ones})


def required(form: Form, **labels: str) -> Form:
    """Errors for the named fields that were left empty."""
    for name, label in labels.items():
        if not form.value(name):
            form = form.failed(name, _("Enter %(what)s.", what=label))
    return form


def with_problem(form: Form, detail: str, fields: Mapping[str, str], shown: Iterable[str]) -> Form:
    """The form with the API's objections: beside the fields it shows, the rest above it."""
    names = set(shown)
    beside: dict[str, str] = {}
    above: list[str] = []
    for name, message in fields.items():
        key = _field_name(name, names)
        if key:
            beside.setdefault(key, message)
        else:
            above.append(f"{name}: {message}" if name else message)
    problem = " ".join(above) if above else None
    if not beside and problem is None:
        problem = detail
    return replace(form, errors={**form.errors, **beside}, problem=problem)


def _field_name(name: str, shown: set[str]) -> str | None:
    """``body.lines.0.quantity`` → ``lines.0.quantity``; the form's own name of an API field."""
    bare = name.removeprefix("body.")
    for candidate in (bare, bare.removesuffix("_minor"), bare.rpartition(".")[2]):
        if candidate in shown:
            return candidate
    return None
