"""The templates in one language: what is the same for every reader is put in when a template is compiled.

A page says some hundred words through ``_()`` and shows some fifty icons; looking each up, or drawing it, for each
reader took half of its drawing.
"""

import re
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from portal import language

said_now = language.gettext
"""By another name: here it is asked for what templates say, not for a text of this module."""
MACROS = "parts/macros.html"
_ALWAYS_ALIKE = frozenset({"icon"})
"""Macros of :data:`MACROS` that draw the same from the same words, whoever reads the page."""
_VALUE = re.compile(r"%(?:\((?P<name>\w+)\)s|(?P<itself>%)|)")
"""A place for a value, ``%`` itself, or another form, which is left alone."""


class _Settled(NodeTransformer):
    """Replaces what a template says or shows alike for every reader by what comes of it in ``spoken_in``'s language."""

    def __init__(self, spoken_in: jinja2.Environment, template: str | None) -> None:
        self._environment = spoken_in
        self._template = template

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - the visitor's word
        """A call of ``_()``, or of a macro with words alone."""
        called = self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.dyn_args is not None or node.dyn_kwargs is not None:
            return called
        if node.node.name in {"_", "gettext"}:
            return _said(node) or called
        if node.node.name in _ALWAYS_ALIKE and self._template != MACROS:
            return self._drawn(node) or called
        return called

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802 - likewise
        """What is joined only to be put out is put out part by part, each made safe as before."""
        self.generic_visit(node)
        node.nodes = [
            part for each in node.nodes for part in (each.nodes if isinstance(each, nodes.Concat) else [each])
        ]
        return node

    def _drawn(self, node: nodes.Call) -> nodes.Node | None:
        """What the macro draws; None where it is given what only a reader's page knows."""
        given = [one.value for one in node.args if isinstance(one, nodes.Const)]
        if node.kwargs or len(given) != len(node.args) or not isinstance(node.node, nodes.Name):
            return None
        macro = getattr(self._environment.get_template(MACROS).module, node.node.name)
        return nodes.Const(macro(*given), lineno=node.lineno)


def _said(node: nodes.Call) -> nodes.Node | None:
    """The text in the language of now, with the places for its values; None where another form is asked for."""
    if len(node.args) != 1 or not isinstance(node.args[0], nodes.Const) or not isinstance(node.args[0].value, str):
        return None
    values = {each.key: each.value for each in node.kwargs}
    text, end = said_now(node.args[0].value), 0
    parts: list[nodes.Expr] = []
    for found in _VALUE.finditer(text):
        name, itself = found["name"], found["itself"] or ""
        if not itself and name not in values:
            return None
        parts.append(nodes.Const(Markup(text[end : found.start()] + itself)))  # noqa: S704 - our own words
        parts.extend([values[name]] if name else [])
        end = found.end()
    parts.append(nodes.Const(Markup(text[end:])))  # noqa: S704 - likewise
    return parts[0] if len(parts) == 1 else nodes.Concat(parts, lineno=node.lineno)


class _Generator(CodeGenerator):
    """Compiles what :class:`_Settled` has left."""

    def visit_Template(self, node: nodes.Template, frame: Any = None) -> None:  # noqa: N802 - likewise
        """The whole template, what is settled first."""
        super().visit_Template(_Settled(self.environment, self.name).visit(node), frame)


class _Environment(jinja2.Environment):
    """Compiled templates keep the language in which they were first asked for: there is one of these for each."""

    code_generator_class = _Generator


def environment(folder: Path, **places: Any) -> jinja2.Environment:
    """The templates of ``folder`` for the language that is spoken now, and for no other. ``places`` are globals.

    A template is read once per process: whoever edits one starts the portal again.
    """
    made = _Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        language.gettext, language.ngettext, newstyle=True
    )
    made.filters.update(
        money=language.money,
        number=language.number,
        price=language.price,
        day=language.day,
        instant=language.instant,
        ago=language.ago,
        hours=language.hours,
        weekday=language.weekday,
        weekday_long=language.weekday_long,
    )
    made.globals.update(digits=language.digits, **places)
    return made
