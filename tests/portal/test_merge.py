"""Two people change the same thing: nobody overwrites anybody, nothing typed is lost, one chooses field by field."""

import json
from html.parser import HTMLParser
from typing import Any

from portal.forms import Form
from portal.lists import Choice
from portal.merge import Field, differences

ORIGIN = {"Origin": "http://127.0.0.1"}
NAME, MAIL, BOX = Field("name", "Name"), Field("mail", "E-mail"), Field("box", "Box", yes_no=True)


def form(began: dict[str, str], **values: str) -> Form:
    return Form({**values, "was": json.dumps(began)})


def test_what_one_alone_changed_is_settled_and_what_both_changed_is_asked() -> None:
    began = {"name": "A", "mail": "a@a", "box": "1"}
    mine = form(began, name="B", mail="b@b", box="1")
    theirs = Form({"name": "C", "mail": "a@a", "box": ""})
    asked, settled = differences(mine, theirs, (NAME, MAIL, BOX))
    assert [(each.name, each.mine, each.theirs) for each in asked] == [("name", "B", "C")]
    assert [(each.name, each.chosen) for each in settled] == [("mail", "b@b"), ("box", "")]
    assert settled[1].theirs_shown == "No"


def test_agreement_and_line_ends_are_no_difference() -> None:
    mine = form({"name": "A"}, name="one\r\ntwo")
    assert differences(mine, Form({"name": "one\ntwo"}), (NAME,)) == ((), ())


def test_without_a_beginning_that_can_be_read_everything_that_differs_is_asked() -> None:
    for was in ("", "no json", "[1]", "{}"):
        asked, settled = differences(Form({"name": "B", "was": was}), Form({"name": "C"}), (NAME,))
        assert ([each.name for each in asked], settled) == (["name"], ())


def test_a_choice_is_shown_by_its_name() -> None:
    who = Field("who", "Who", (Choice("1", "Ada"),))
    assert (who.shown("1"), who.shown("2"), who.shown("")) == ("Ada", "2", "")


class Fields(HTMLParser):
    """What a browser would send of the page's main form; of radio buttons the ticked one."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.offered: dict[str, list[str]] = {}
        self._select = self._area = ""
        self.feed(html.partition('<form class="card"')[2].partition("</form>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name, value = found.get("name", ""), found.get("value", "")
        if tag == "input" and name:
            if found.get("type") == "radio":
                self.offered.setdefault(name, []).append(value)
            if found.get("type") not in {"radio", "checkbox"} or "checked" in found:
                self.values[name] = value
        elif tag == "select":
            self._select = name
            self.values[name] = ""
        elif tag == "option" and "selected" in found:
            self.values[self._select] = value
        elif tag == "textarea":
            self._area = name
            self.values[name] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


def test_every_edit_form_lets_one_choose(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    client, work, care = f"/clients/{world.clients['alpen']}", world.work, world.care
    forms = {
        f"{client}/edit": ("name", "Mine", "Theirs"),
        f"{client}/contacts/{care['contact']}": ("phone", "0101", "0202"),
        f"/projects/{work['project']}/edit": ("name", "Mine", "Theirs"),
        f"/tasks/{work['task']}": ("title", "Mine", "Theirs"),
        f"/people/{work['person']}/edit": ("title", "Mine", "Theirs"),
        f"/services/{care['service']}/edit": ("description", "Mine", "Theirs"),
    }
    for path, (field, mine, theirs) in forms.items():
        began = Fields(browser.get(path).text).values
        assert browser.post(path, data=began | {field: theirs}, headers=ORIGIN).status_code == 303, path
        lost = browser.post(path, data=began | {field: mine}, headers=ORIGIN)
        assert lost.status_code == 412, path
        choice = Fields(lost.text)
        assert choice.offered == {field: [mine, theirs]}, path
        assert choice.values[field] == mine, path
        assert browser.post(path, data=choice.values, headers=ORIGIN).status_code == 303, path
        assert Fields(browser.get(path).text).values[field] == mine, path


def test_what_the_other_changed_elsewhere_stays_and_a_third_change_is_met_too(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    path = f"/clients/{world.clients['birke']}/edit"
    began = Fields(browser.get(path).text).values
    browser.post(path, data=began | {"email": "their@birke.example"}, headers=ORIGIN)
    choice = Fields(browser.post(path, data=began | {"name": "<b>Mine</b>"}, headers=ORIGIN).text)
    assert choice.offered == {}
    assert (choice.values["name"], choice.values["email"]) == ("<b>Mine</b>", "their@birke.example")
    third = Fields(browser.get(path).text).values
    browser.post(path, data=third | {"name": "Third"}, headers=ORIGIN)
    again = browser.post(path, data=choice.values, headers=ORIGIN)
    assert again.status_code == 412
    assert "<b>Mine" not in again.text
    assert Fields(again.text).offered == {"name": ["<b>Mine</b>", "Third"]}
    browser.post(path, data=Fields(again.text).values, headers=ORIGIN)
    stored = Fields(browser.get(path).text).values
    assert (stored["name"], stored["email"]) == ("<b>Mine</b>", "their@birke.example")


def test_two_who_change_a_membership_choose_as_well(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    path = f"/access/{world.work['membership']}"
    began = Fields(browser.get(path).text).values
    other = "admin" if began["role"] == "member" else "member"
    assert browser.post(path, data=began | {"role": other}, headers=ORIGIN).status_code == 303
    assert browser.post(path, data=began | {"role": "owner"}, headers=ORIGIN).status_code == 412
