"""Templates are compiled once in each language, and say there what they said when each text was looked up."""

from pathlib import Path

import jinja2
import pytest

from portal import language, templating

TEMPLATE = """
{%- macro heading(text) -%}<h1 title="{{ text }}">{{ text }}</h1>{%- endmacro -%}
{{ heading(_("Invoices")) }}<i>{{ _("Sign out") if page else _("Clients") }}</i>{{ _("As of %(day)s", day=page) }}
"""


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", '<h1 title="Invoices">Invoices</h1><i>Sign out</i>As of &lt;b&gt;'),
        ("de", '<h1 title="Rechnungen">Rechnungen</h1><i>Abmelden</i>Stand &lt;b&gt;'),
    ],
)
def test_a_template_says_its_texts_in_its_language(tmp_path: Path, locale: str, said: str) -> None:
    (tmp_path / "page.html").write_text(TEMPLATE, encoding="utf-8")
    language.choose(locale)
    made = templating.environment(tmp_path)
    text = made.get_template("page.html").render(page="<b>")
    source = made.compile(TEMPLATE, raw=True)
    language.choose("en")
    assert text.strip() == said
    assert ("Rechnungen" in source) == (locale == "de")  # put in when it was compiled, not looked up again


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ _('As of %(day)s', day='<') }}", "As of &lt;"),
        ("{{ _('%(day)s and %(day)s, <i>', day=page) }}", "&lt;b&gt; and &lt;b&gt;, <i>"),
        ("{{ _('all: 100 %%') }} {{ _('%(n)s of 100 %%', n=7) }}", "all: 100 % 7 of 100 %"),
        ("{{ _('%(gone)s', gone=nothing.at_all|default('-')) }}", "-"),
        ("{{ _('%(n)03d of %(day)s', n=7, day=page) }}", "007 of &lt;b&gt;"),
        ("{{ _('plain') ~ '<' }}", "plain&lt;"),
        (
            "{{ page ~ '<' ~ 7 }} {{ (page ~ _('<i>')) }} {{ (page ~ '<')|upper }}",
            "&lt;b&gt;&lt;7 &lt;b&gt;<i> &lt;B&gt;&lt;",
        ),
        ("{% set said = _('%(day)s now', day=page) %}{{ said }} {{ said|length }}", "&lt;b&gt; now 13"),
    ],
)
def test_values_are_put_into_a_text_as_they_were_when_it_was_looked_up(tmp_path: Path, text: str, said: str) -> None:
    language.choose("en")
    made = templating.environment(tmp_path)
    usual = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    usual.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
    drawn = made.from_string(text).render(page="<b>", nothing={})
    assert drawn == usual.from_string(text).render(page="<b>", nothing={}) == said


def test_an_icon_is_drawn_once_and_not_for_each_reader(tmp_path: Path) -> None:
    """By its name alone it is the same for everybody; one that the page chooses is drawn with the page."""
    (tmp_path / "parts").mkdir()
    macros = "{% macro icon(name, label='') -%}<i title='{{ label }}'>{{ asset(name) }}</i>{%- endmacro %}"
    (tmp_path / "parts" / "macros.html").write_text(macros, encoding="utf-8")
    asked: list[str] = []

    def asset(name: str) -> str:
        asked.append(name)
        return f"{name}<"

    made = templating.environment(tmp_path, asset=asset)
    page = made.from_string(
        "{% from 'parts/macros.html' import icon with context %}{{ icon('plus', _('Sign out')) }}{{ icon(chosen) }}"
    )
    said = "<i title='Sign out'>plus&lt;</i><i title=''>x&lt;</i>"
    assert [page.render(chosen="x"), page.render(chosen="x")] == [said, said]
    assert asked == ["plus", "x", "x"]
