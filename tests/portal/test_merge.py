"""Two people change the same thing: nobody overwrites anybody, nothing typed is lost, one chooses field by field."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import uuid4

from portal.forms import Form, with_boxes
from portal.lists import Choice
from portal.merge import Field, Outcome, boxes, differences
from portal.merge_lines import Lines, packed
from tests.portal.conftest import form_token
from tests.portal.test_security import set_up

ORIGIN = {"Origin": "http://127.0.0.1"}
TEMPLATES = Path(__file__).parents[2] / "portal" / "templates"
NAME, MAIL, BOX = Field("name", "Name"), Field("mail", "E-mail"), Field("box", "Box", yes_no=True)


def form(began: dict[str, str], **values: str) -> Form:
    return Form({**values, "was": json.dumps(began)})


def test_what_one_alone_changed_is_settled_and_what_both_changed_is_asked() -> None:
    began = {"name": "A", "mail": "a@a", "box": "1"}
    mine = form(began, name="B", mail="b@b", box="1")
    theirs = Form({"name": "C", "mail": "a@a", "box": ""})
    found = differences(mine, theirs, (NAME, MAIL, BOX))
    assert [(each.name, each.mine, each.theirs) for each in found.asked] == [("name", "B", "C")]
    assert [(each.name, each.chosen) for each in found.settled] == [("mail", "b@b"), ("box", "")]
    assert found.settled[1].theirs_shown == "No"


def test_agreement_and_line_ends_are_no_difference() -> None:
    mine = form({"name": "A"}, name="one\r\ntwo")
    assert differences(mine, Form({"name": "one\ntwo"}), (NAME,)) == Outcome((), (), ())


def test_without_a_beginning_that_can_be_read_everything_that_differs_is_asked() -> None:
    for was in ("", "no json", "[1]", "{}"):
        found = differences(Form({"name": "B", "was": was}), Form({"name": "C"}), (NAME,))
        assert ([each.name for each in found.asked], found.settled) == (["name"], ())


def test_a_choice_is_shown_by_its_name() -> None:
    who = Field("who", "Who", (Choice("1", "Ada"),))
    assert (who.shown("1"), who.shown("2"), who.shown("")) == ("Ada", "2", "")


def test_boxes_of_both_are_kept_whoever_ticked_them() -> None:
    rights = boxes("rights", "Right", (Choice("read", "Read"), Choice("write", "Write"), Choice("pay", "Pay")))
    began = with_boxes(Form(), rights=["read", "pay"])
    mine = with_boxes(form(dict(began.values)), rights=["read", "write", "pay"])
    found = differences(mine, with_boxes(Form(), rights=["pay"]), rights)
    assert found.asked == ()
    assert [(each.box, each.chosen) for each in found.settled] == [("read", ""), ("write", "1")]
    assert found.agreed == (("rights", "pay"),)


def lines(*texts: str) -> str:
    return packed([{"text": text} for text in texts], ("text",))


LINES = Lines("lines", "Lines", lambda row: row["text"])


def chosen(began: str, mine: str, theirs: str, of: Lines = LINES) -> tuple[list[str], list[str], list[str]]:
    """What is asked (both versions in words), what is settled, and what is sent on as it is."""
    found = differences(form({"lines": began}, lines=mine), Form({"lines": theirs}), (of,))
    asked = [f"{each.mine_shown}|{each.theirs_shown}" for each in found.asked]
    return asked, [of_row(each.chosen) for each in found.settled], [of_row(value) for _name, value in found.agreed]


def of_row(value: str) -> str:
    return " ".join(row["text"] for row in json.loads(value))


def test_lines_are_laid_side_by_side_where_one_knows_which_became_which() -> None:
    began = lines("a", "b", "c")
    assert chosen(began, lines("A", "b", "mine"), lines("a", "B", "theirs")) == (["mine|theirs"], ["A", "B"], [])
    assert chosen(began, lines("a", "b", "c", "d"), lines("a", "B", "c")) == (["a\nb\nc\nd|a\nB\nc"], [], [])
    moved = chosen(began, lines("b", "a", "c"), lines("a", "B", "c"))
    assert moved == (["b\na\nc|a\nB\nc"], [], []), "by its place a moved line would stand there twice"
    assert chosen(began, began, lines("c")) == ([], ["c"], [])


def test_lines_with_a_name_of_their_own_are_known_by_it() -> None:
    named = Lines("lines", "Lines", lambda row: row["text"], key="id")

    def rows(**texts: str) -> str:
        return packed([{"id": name, "text": text} for name, text in texts.items()], ("id", "text"))

    found = chosen(rows(x="a", y="b", gone="g"), rows(x="A", y="mine", gone="G"), rows(new="n", x="a", y="b"), named)
    assert found == ([], ["A", "mine"], ["n"])


def test_lines_that_no_browser_sends_are_no_lines() -> None:
    for text in ("no json", "1", "{}", "[1, 2]", "[" * 5000):
        assert chosen(lines("a"), text, lines("b"))[0] == ["|b"], text


@dataclass
class Sheet:
    """A form of a page as a browser has it: what it would send, what its radio buttons offer, and which of its fields
    one sees."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def value(self, name: str) -> str:
        return self.values[name][0]

    def sent(self, **changes: str | list[str]) -> dict[str, Any]:
        return {**self.values, **changes}


class Sheets(HTMLParser):
    """The forms of a page."""

    def __init__(self, html: str, path: str) -> None:
        super().__init__()
        self.path = path
        self.all: list[Sheet] = []
        self._open: Sheet | None = None
        self._select = self._area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Sheet(found.get("action", self.path))
            self.all.append(self._open)
        if self._open is None:
            return
        name, value = found.get("name", ""), found.get("value", "")
        if tag in {"select", "textarea"} or (tag == "input" and found.get("type") not in {"hidden", "file"}):
            self._open.seen.add(name)
        if tag == "input" and name:
            self._input(self._open, name, value, found)
        elif tag == "select":
            self._select = name
            self._open.values.setdefault(name, [])
        elif tag == "option" and ("selected" in found or not self._open.values[self._select]):
            self._open.values[self._select] = [value]
        elif tag == "textarea":
            self._area = name
            self._open.values[name] = [""]

    @staticmethod
    def _input(sheet: Sheet, name: str, value: str, found: Mapping[str, str]) -> None:
        if found.get("type") == "radio":
            sheet.offered.setdefault(name, []).append(value)
        if found.get("type") not in {"radio", "checkbox"} or "checked" in found:
            sheet.values.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self._area and self._open is not None:
            self._open.values[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        if tag == "form":
            self._open = None


def sheet_of(html: str, path: str, action: str = "") -> Sheet:
    """The form of ``path`` that is sent to ``action`` (without one: to the page's own address) and can be edited."""
    wanted = action or path
    return next(one for one in Sheets(html, path).all if one.action == wanted and "etag" in one.values)


EDITED: dict[str, tuple[str, str, str]] = {
    "/clients/{client}/edit": ("name", "Mine", "Theirs"),
    "/clients/{client}/contacts/{contact}": ("phone", "0101", "0202"),
    "/clients/{client}/report-settings": ("cadence", "quarterly", "none"),
    "/projects/{project}/edit": ("name", "Mine", "Theirs"),
    "/projects/{project}/milestones/{milestone}": ("title", "Mine", "Theirs"),
    "/tasks/{task}": ("title", "Mine", "Theirs"),
    "/time/{entry}": ("note", "Mine", "Theirs"),
    "/people/{person}/edit": ("title", "Mine", "Theirs"),
    "/services/{service}/edit": ("description", "Mine", "Theirs"),
    "/tickets/{ticket} /edit": ("subject", "Mine", "Theirs"),
    "/invoices/{invoice}/edit": ("note", "Mine", "Theirs"),
    "/subscriptions/{subscription}/change": ("items.quantity", "3", "2"),
    "/subscriptions/{subscription}/correct/{subscription_row}": ("description", "Mine", "Theirs"),
    "/settings/brand": ("footer", "Mine", "Theirs"),
    "/settings/brand /style": ("css", "h1 { color: #112233; }", "h1 { color: #332211; }"),
    "/settings/roles/{role}": ("name", "Mine", "Theirs"),
    "/settings/security": ("required_of", "client", "member"),
    "/settings/workspace": ("name", "Mine", "Theirs"),
    "/account": ("phone", "0101", "0202"),
    "/access/{membership}": ("role", "owner", "admin"),
    "/team/{colleague}": ("rights", "ticket.read", "invoice.read"),
}
"""Each form that edits what is stored, by its page and, after a space, what of its address follows the page's: a field,
and what two people make of it. A factor's name and the table of roles have tests of their own."""
BOXES = {"/settings/security", "/team/{colleague}"}
"""Forms of boxes alone: those of both are kept, and there is nothing to ask."""
FILLED: dict[str, dict[str, str]] = {
    "/subscriptions/{subscription}/correct/{subscription_row}": {"reason": "A slip of the pen"},
}
PICTURES = {"settings/brand.html"}
"""A field beside a version that lays nothing side by side: a picture replaces another."""
FIELD = re.compile(r"\{\{ (field|select|area|entry_fields)\(|<select|<textarea|<input [^>]*type=\"(?!hidden)")


def test_every_form_that_edits_carries_what_it_began_with() -> None:
    edits, bare = 0, set()
    for path in TEMPLATES.rglob("*.html"):
        for sheet in path.read_text().split("<form ")[1:]:
            sheet = sheet.partition("</form>")[0]
            edits += "{{ version(" in sheet
            if 'name="etag"' in sheet and FIELD.search(sheet):
                bare.add(str(path.relative_to(TEMPLATES)))
    assert bare == PICTURES, "a form that edits says {{ version(…) }}, and its handler asks which version counts"
    assert edits == len(EDITED) + len(("account/factor.html", "merge.html")), "and stands in EDITED"


def test_every_edit_form_lets_one_choose(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    known = {"client": world.clients["alpen"], "invoice": world.invoices["alpen-draft"], **world.work, **world.care}
    invited = {"email": "jo@client.example", "name": "Jo", "role": "client_team", "rights": "report.read"}
    token = {"form_token": form_token(browser.get("/team/new").text), "client_id": known["client"]}
    assert browser.post("/team/new", data=invited | token, headers=ORIGIN).status_code == 303
    (known["colleague"],) = set(re.findall(r"/team/([0-9a-f-]{36})", browser.get("/team?q=jo%40").text))
    for pattern, (name, mine, theirs) in EDITED.items():
        page, _space, rest = pattern.format_map(known).partition(" ")
        began = sheet_of(browser.get(page).text, page, page + rest).sent(**FILLED.get(pattern, {}))
        assert browser.post(page + rest, data=began | {name: theirs}, headers=ORIGIN).status_code == 303, pattern
        own = {"key": uuid4().hex} if "key" in began else {}
        lost = browser.post(page + rest, data=began | {name: mine} | own, headers=ORIGIN)
        assert lost.status_code == 412, pattern
        choice = sheet_of(lost.text, page + rest)
        asked = [(mine in one[0], theirs in one[1], len(one)) for one in choice.offered.values()]
        assert asked == ([] if pattern in BOXES else [(True, True, 2)]), pattern
        assert browser.post(page + rest, data=choice.sent(), headers=ORIGIN).status_code == 303, pattern
        assert mine in sheet_of(browser.get(page).text, page, page + rest).values[name], pattern


def test_a_factors_name_is_chosen_as_well(site: Any) -> None:
    browser_of, _world = site
    browser = browser_of("member")
    set_up(browser)
    found = re.search(r"/account/security/factors/[0-9a-f-]{36}", browser.get("/account/security").text)
    assert found
    path = found.group()
    began = sheet_of(browser.get(path).text, path)
    assert browser.post(path, data=began.sent(name="Theirs"), headers=ORIGIN).status_code == 303
    choice = sheet_of(browser.post(path, data=began.sent(name="Mine"), headers=ORIGIN).text, path)
    assert choice.offered == {"name": ["Mine", "Theirs"]}


def test_what_the_other_changed_elsewhere_stays_and_a_third_change_is_met_too(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    path = f"/clients/{world.clients['birke']}/edit"
    began = sheet_of(browser.get(path).text, path)
    browser.post(path, data=began.sent(email="their@birke.example"), headers=ORIGIN)
    choice = sheet_of(browser.post(path, data=began.sent(name="<b>Mine</b>"), headers=ORIGIN).text, path)
    assert choice.offered == {}
    assert (choice.value("name"), choice.value("email")) == ("<b>Mine</b>", "their@birke.example")
    third = sheet_of(browser.get(path).text, path)
    browser.post(path, data=third.sent(name="Third"), headers=ORIGIN)
    again = browser.post(path, data=choice.sent(), headers=ORIGIN)
    assert again.status_code == 412
    assert "<b>Mine" not in again.text
    assert sheet_of(again.text, path).offered == {"name": ["<b>Mine</b>", "Third"]}
    browser.post(path, data=sheet_of(again.text, path).sent(), headers=ORIGIN)
    stored = sheet_of(browser.get(path).text, path)
    assert (stored.value("name"), stored.value("email")) == ("<b>Mine</b>", "their@birke.example")


def test_two_who_change_different_lines_of_a_draft_keep_both(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    path = f"/invoices/{world.invoices['alpen-draft']}/edit"
    began = sheet_of(browser.get(path).text, path)
    first, second = began.values["quantity"]
    assert browser.post(path, data=began.sent(quantity=["9", second]), headers=ORIGIN).status_code == 303
    lost = browser.post(path, data=began.sent(quantity=[first, "2"]), headers=ORIGIN)
    choice = sheet_of(lost.text, path)
    assert (lost.status_code, choice.offered) == (412, {})
    assert "Website redesign: 9 × 95, 19 % tax" in lost.text
    assert browser.post(path, data=choice.sent(), headers=ORIGIN).status_code == 303
    stored = sheet_of(browser.get(path).text, path).values
    assert (stored["quantity"], stored["description"]) == (["9", "2"], began.values["description"])


def test_two_who_narrow_one_member_keep_what_both_ticked(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    path = f"/access/{world.work['membership']}"
    clients = [world.clients["alpen"], world.clients["birke"]]
    began = sheet_of(browser.get(path).text, path).sent(role="member", sees="chosen")
    assert browser.post(path, data=began | {"client_ids": clients[:1]}, headers=ORIGIN).status_code == 303
    lost = browser.post(path, data=began | {"client_ids": clients[1:]}, headers=ORIGIN)
    choice = sheet_of(lost.text, path)
    assert (lost.status_code, choice.offered) == (412, {})
    assert browser.post(path, data=choice.sent(), headers=ORIGIN).status_code == 303
    assert sorted(sheet_of(browser.get(path).text, path).values["client_ids"]) == sorted(clients)


def matrix(browser: Any, role: str) -> Sheet:
    page = browser.get(f"/settings/roles?role={role}").text
    return next(one for one in Sheets(page, "/settings/roles").all if "role" in one.values)


def test_two_who_change_one_role_lose_no_tick_of_the_other(site: Any) -> None:
    browser_of, world = site
    browser, role = browser_of("owner"), world.work["role"]
    table, may = "/settings/roles", f"may-{world.work['role']}"

    def changes(began: Sheet, *given: str) -> Any:
        ticked = [*began.values[may], *given]
        return browser.post(table, data=began.sent(**{may: ticked}), headers=ORIGIN)

    def shown(answer: Any) -> Sheet:
        return next(one for one in Sheets(answer.text, table).all if one.action == f"{table}/save")

    began = matrix(browser, role)
    late = shown(changes(began, "project.write", "project.read"))
    first = shown(changes(began, "report.read"))
    assert browser.post(f"{table}/save", data=first.sent(), headers=ORIGIN).status_code == 303
    again = browser.post(f"{table}/save", data=late.sent(), headers=ORIGIN)
    assert again.status_code == 412
    assert "Somebody else changed this, too" in again.text
    saved = browser.post(f"{table}/save", data=shown(again).sent(), headers=ORIGIN)
    assert saved.status_code == 303
    now = set(matrix(browser, role).values[may])
    assert now == {*began.values[may], "project.write", "project.read", "report.read"}
