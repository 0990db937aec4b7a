"""Templates are compiled once in each language, and say there what they said when each text was looked up."""

from pathlib import Path

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
