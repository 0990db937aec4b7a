"""The templates in one language: texts without values are put in when a template is compiled, not for each reader.

A page says some hundred words through ``_()``; looking each up and marking it as safe took a third of its drawing.
"""

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


class _Said(NodeTransformer):
    """Replaces ``_("…")`` by what it says in the language in which the template is compiled."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - the visitor's word
        """A call with values stays a call: what it says is known only when the page is drawn."""
        said = self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.node.name not in {"_", "gettext"}:
            return said
        match node.args, node.kwargs, node.dyn_args, node.dyn_kwargs:
            case [nodes.Const(value=str(text))], [], None, None:
                return nodes.Const(Markup(said_now(text)) % {}, lineno=node.lineno)  # noqa: S704 - our own words
        return said


class _Generator(CodeGenerator):
    """Compiles what :class:`_Said` has left."""

    def visit_Template(self, node: nodes.Template, frame: Any = None) -> None:  # noqa: N802 - likewise
        """The whole template, its texts first."""
        super().visit_Template(_Said().visit(node), frame)


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
