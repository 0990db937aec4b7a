"""The brand over its routes: who may, what is refused, what stands in answers, mails, files and events."""

import io
from typing import Any

import psycopg
import pytest
from PIL import Image

from api.client import Credentials
from imisofts.access import Role
from tests.api.agency import Agency, Api
from tests.warehouse import toy

PATH = "/workspace/brand"


def owner_of(agency: Agency) -> Credentials:
    return agency.as_role[Role.owner]


def change(agency: Agency, **values: Any) -> Any:
    """Change the newest version."""
    owner = owner_of(agency)
    return agency.api.ask("PATCH", PATH, owner, json=values, if_match=agency.api.ask("GET", PATH, owner).etag).body


def put(agency: Agency, kind: str, colour: str, size: tuple[int, int] = (400, 100)) -> Any:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    etag = agency.api.ask("GET", PATH, owner_of(agency)).etag
    files = {"file": ("../../x.svg", out.getvalue(), "image/svg+xml")}
    return agency.api.ask("PUT", f"{PATH}/{kind}", owner_of(agency), files=files, if_match=etag).body


def test_a_faint_accent_is_taken_with_a_warning(agency: Agency) -> None:
    made = change(agency, accent="#FFCC00", second="#123456")
    (warning,) = made["warnings"]
    assert (made["accent"], made["second"], warning["field"]) == ("#ffcc00", "#123456", "accent")
    assert change(agency, accent=warning["nearest"])["warnings"] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accent", "red;}</style>"),
        ("accent", "#fff"),
        ("font_family", "Comic Sans"),
        ("sender_name", "Studio\r\nBcc: everybody@example.com"),
        ("sender_name", "Studio \u202e"),
        ("reply_to", "nobody"),
        ("reply_to", "a@b.example\r\nBcc: c@d.example"),
        ("reply_to", "Ada <a@b.example>"),
        ("reply_to", "a@b.example,c@d.example"),
        ("footer", "one\ntwo"),
        ("legal", "x" * 1001),
        ("logo", "a" * 64),
        ("style", "a" * 64),
        ("css", "a { position: fixed }"),
    ],
)
def test_what_would_get_out_of_its_place_is_refused_beside_its_field(agency: Agency, name: str, value: str) -> None:
    etag = agency.api.ask("GET", PATH, owner_of(agency)).etag
    problem = agency.api.refusal("PATCH", PATH, owner_of(agency), json={name: value}, if_match=etag)
    assert (problem.status, set(problem.fields)) == (422, {name})


def test_the_workspace_takes_no_brand_past_its_own_route(agency: Agency) -> None:
    etag = agency.api.ask("GET", "/workspace", owner_of(agency)).etag
    body = {"brand": {"logo_png": "x", "style": "a" * 64}}
    assert agency.api.refusal("PATCH", "/workspace", owner_of(agency), json=body, if_match=etag).status == 422


def test_a_logo_is_served_by_its_hash_to_everybody_and_for_good(agency: Agency) -> None:
    logo = put(agency, "logo", "#0055aa")["logo"]
    answer = agency.api.ask("GET", f"/brand/files/{logo}")
    assert answer.content.startswith(b"\x89PNG")
    heads = ("content-type", "cache-control", "x-content-type-options")
    assert [answer.headers[name] for name in heads] == ["image/png", "public, max-age=31536000, immutable", "nosniff"]
    session = agency.api.ask("GET", "/session", agency.as_role[Role.client]).body
    assert session["workspace"]["brand"]["logo"] == logo
    assert "css" not in session["workspace"]["brand"]
    assert put(agency, "logo", "#00aa55")["logo"] != logo
    assert agency.api.ask("GET", f"/brand/files/{logo}").status == 200, "pages that are open still show it"


@pytest.mark.parametrize("name", ["x", "A" * 64, "0" * 63 + "%"])
def test_a_file_that_is_none(agency: Agency, name: str) -> None:
    assert agency.api.refusal("GET", f"/brand/files/{name}").status == 422
    assert agency.api.refusal("GET", f"/brand/files/{'0' * 64}").status == 404


def test_own_styles_are_kept_as_typed_and_served_as_cleaned(agency: Agency) -> None:
    made = change(agency, css="/* ours */ .card { color: #123456 }")
    assert made["css"] == "/* ours */ .card { color: #123456 }"
    assert agency.api.ask("GET", f"/brand/files/{made['style']}").content == b"#content .card{color:#123456}"
    assert change(agency, css="")["style"] is None


def test_the_event_says_what_changed_and_not_to_what(agency: Agency) -> None:
    change(agency, legal="Managing director: Ada Lovelace", reply_to="ada@studio.example")
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        row = owner.execute(
            "select data::text from event where workspace_id = %s and name = 'brand.updated' order by id desc limit 1",
            (agency.workspace_id,),
        ).fetchone()
    assert row
    assert "legal" in row[0]
    assert "reply_to" in row[0]
    assert "Ada" not in row[0]
    assert "studio.example" not in row[0]


def test_sending_what_is_there_already_changes_nothing(agency: Agency) -> None:
    before = change(agency, footer="Lichtstraße 12")
    assert change(agency, footer="Lichtstraße 12")["version"] == before["version"]


def test_each_workspace_has_its_own(agency: Agency, other: Agency) -> None:
    mine = put(agency, "favicon", "#aa0000", (50, 90))
    theirs = other.api.ask("GET", PATH, owner_of(other)).body
    assert theirs["favicon"] is None
    assert other.api.refusal("GET", f"{PATH}/favicon", owner_of(other)).status == 404
    assert agency.api.ask("GET", f"{PATH}/favicon", owner_of(agency)).body == {
        "sha256": mine["favicon"],
        "width": 90,
        "height": 90,
    }


def test_before_sign_in_a_host_shows_its_own_look_and_an_unknown_one_nobodys(
    api: Api, agency: Agency, other: Agency
) -> None:
    change(agency, name="Studio of this host")
    with toy.superuser(api.settings) as everybody:
        everybody.execute("update workspace set host = 'portal.brand.example' where id = %s", (agency.workspace_id,))
    shown = api.ask("GET", "/brand", params={"host": "Portal.Brand.example"}).body
    assert (shown["name"], "reply_to" in shown, "sender_name" in shown) == ("Studio of this host", False, False)
    assert api.ask("GET", "/brand", params={"host": "elsewhere.example"}).body["name"] == "imisofts"


def test_only_the_newest_files_are_kept(agency: Agency) -> None:
    first = put(agency, "logo", "#000001")["logo"]
    for n in range(10):
        put(agency, "logo", f"#0100{n:02x}", (20, 20))
    assert agency.api.refusal("GET", f"/brand/files/{first}").status == 404
