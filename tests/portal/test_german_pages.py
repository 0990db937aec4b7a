"""Every page that links reach speaks no English to somebody who reads German."""

import re
from html import unescape
from typing import Any

import psycopg

from imisofts.languages import NAMES
from imisofts.settings import Settings
from portal.habits import zone_choices
from tests.portal.test_translations import GERMAN, catalogue, texts_of

SHOWN = re.compile(r"(?:aria-label|title|placeholder|alt|data-label)=\"([^\"]*)\"")
WORD = re.compile(r"[^\W\d_]{2,}(?:['’][a-z]+)?")
UNSEEN = re.compile(r"<(style|script|textarea|code)\b.*?</\1>|<!--.*?-->", re.DOTALL)
PLACES = (*NAMES.values(), *(choice.label for choice in zone_choices()))
EXAMPLES = ("en-GB", "en-US", "it:", "de-CH", *PLACES)
"""What stands on pages as it is in every language."""


def words(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(re.sub(r"%\(\w+\)s", " ", text))}


def english() -> set[str]:
    """The words that only the English texts have."""
    told = [one for one in catalogue(GERMAN) if one.id]
    ours = set().union(*(words(text) for one in told for text in texts_of(one.id)))
    return ours - set().union(*(words(text) for one in told for text in texts_of(one.string)))


def shown(html: str, written: list[str]) -> str:
    """What a page says, in its text and its labels, without what people wrote."""
    seen = UNSEEN.sub(" ", html)
    text = " ".join(unescape(" · ".join((*SHOWN.findall(seen), re.sub(r"<[^>]+>", " ", seen)))).split())
    for one in written:
        text = text.replace(one, "")
    return text


def written_by_people(settings: Settings) -> list[str]:
    """Every text in a column of the database that holds what people wrote, the longest first."""
    names = ("name", "title", "description", "note", "notes", "body", "subject", "email", "method", "phone", "tag")
    with psycopg.connect(settings.owner_database_url) as owner:
        owner.execute("set row_security = off")
        columns = owner.execute(
            "select table_name, column_name from information_schema.columns"
            " where table_schema = 'public' and column_name = any(%s) and data_type in ('text', 'character varying')",
            (list(names),),
        ).fetchall()
        found = {
            " ".join(str(text).split())
            for table, column in columns
            for (text,) in owner.execute(f'select distinct "{column}" from "{table}" where "{column}" is not null')
        }
    return sorted({*found, *EXAMPLES}, key=len, reverse=True)


def links(html: str) -> set[str]:
    """Pages of ours that a page leads to; no downloads, no second way of sorting a list, and not the style guide, which
    shows names of the code.
    """
    found = {unescape(path).partition("#")[0] for path in re.findall(r'(?:href|hx-get)="(/[^"]*)"', html)}
    files = r"/static|/style|/brand|/manifest|\.csv|/pdf|\?.*(sort|cursor|week|year)="
    return {path for path in found if path and not re.search(files, path)}


def plain(path: str) -> str:
    """Pages of one kind are looked at once or twice, not for every row."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "*", path)


def walk(browser: Any, first: str, written: list[str]) -> dict[str, set[str]]:
    """English words by page, over one page of each kind that links reach from ``first``."""
    browser.headers["Accept-Language"] = "de"
    wanted, kinds, found, foreign = [first], set[str](), dict[str, set[str]](), english()
    while wanted:
        path = wanted.pop(0)
        if plain(path) in kinds:
            continue
        kinds.add(plain(path))
        answer = browser.get(path)
        if answer.status_code == 200 and "html" in answer.headers["content-type"]:
            assert 'lang="de"' in answer.text, path
            if spoken := words(shown(answer.text, written)) & foreign:
                found[path] = spoken
            wanted += sorted(links(answer.text))
    assert len(kinds) > 9
    return found


def test_no_page_of_staff_or_client_speaks_english(site: Any, fresh_settings: Settings) -> None:
    browser_of, _ = site
    written = written_by_people(fresh_settings)
    assert walk(browser_of("owner"), "/", written) == {}
    assert walk(browser_of("alpen"), "/", written) == {}
