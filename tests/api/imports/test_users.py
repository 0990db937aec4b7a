"""People who sign in, from a file: looked at first, invited by mail once, never changed, within seats and rights."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from api.identity import operator
from api.imports.kinds import users
from imisofts.access import Role
from tests.api.agency import Agency, join
from tests.api.imports.conftest import Upload

HEAD = "email,name,role,client,rights,clients,projects\n"


BAD = (
    ("x{0}@x.example,X,owner,,,,", "role", "owners are invited one by one"),
    ("x{0}@x.example,X,wizard,,,,", "role", "'wizard' is no role here"),
    ("x{0}@x.example,X,client,,,,", "client", "People of a client have a client, others have none."),
    ("x{0}@x.example,X,client,Nobody,,,", "client", "nothing here has the external id or the name 'Nobody'"),
    ("x{0}@x.example,X,client_team,Zebra,,,", "rights", "A client's team member has single rights, others have none."),
    ("x{0}@x.example,X,client_team,Zebra,fly,,", "rights", "rights are some of client.read, invoice.read"),
    ("x{0}@x.example,X,client_team,Zebra,client.write,,", "rights", "These are no rights of a client."),
    ("x{0}@x.example,X,admin,,,Zebra,", "clients", "Only team members work for chosen clients or projects."),
    ("nobody,X,member,,,,", "email", "is no e-mail address"),
)
"""What a row says, the field that is bad, and the beginning of the reason."""


def _file(*lines: str) -> str:
    return HEAD + "\n".join(lines)


def _role(agency: Agency, name: str, kind: str, *actions: str) -> str:
    body = {"name": name, "kind": kind, "actions": list(actions)}
    return str(agency.api.ask("POST", "/roles", agency.as_role[Role.owner], json=body).body["id"])


def _members(agency: Agency) -> dict[str, dict[str, Any]]:
    rows = agency.api.ask("GET", "/users", agency.as_role[Role.owner], params={"limit": 200}).items
    return {row["email"].partition("@")[0]: row for row in rows}


def _mails(agency: Agency) -> int:
    """Invitations of the agency that are on their way."""
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        row = owner.execute(
            "select count(*) from queue.procrastinate_jobs where task_name = 'identity.mail_link'"
            " and args->>'workspace_id' = %s and status = 'todo'",
            (str(agency.workspace_id),),
        ).fetchone()
    return int(row[0]) if row else 0


def test_people_are_looked_at_invited_once_and_left_alone_after(agency: Agency, upload: Upload) -> None:
    role = _role(agency, "Bookkeeper", "staff", "invoice.read")
    body = {"name": "Site", "client_id": agency.client_id}
    project = agency.api.ask("POST", "/projects", agency.as_role[Role.owner], json=body).body["id"]
    text = _file(
        "Ann@x.example,Ann,admin,,,,",
        "ben@x.example,,Bookkeeper,,,,",
        "cid@x.example,Cid,client,Zebra,,,",
        "dee@x.example,Dee,client_team,zebra,invoice.read;report.read,,",
        "eve@x.example,Eve,member,,,Zebra,",
        "fay@x.example,Fay,member,,,,site",
    )
    before, waiting = set(_members(agency)), _mails(agency)
    looked = upload("users", text, dry_run=True)
    assert (looked["status"], looked["result"]["created"]) == ("done", 6)
    assert looked["result"]["preview"][3]["after"]["rights"] == "invoice.read;report.read"
    assert (set(_members(agency)), _mails(agency)) == (before, waiting), "a dry run invites nobody"
    done = upload("users", text)
    assert (done["status"], done["result"]["created"]) == ("done", 6)
    found = _members(agency)
    assert {found[name]["joined_at"] for name in ("ann", "ben", "cid", "dee", "eve", "fay")} == {None}
    assert _mails(agency) == waiting + 6
    assert (found["ann"]["role"], found["ben"]["role_id"], found["ben"]["name"]) == ("admin", role, "ben@x.example")
    assert (found["cid"]["client_id"], found["dee"]["client_id"]) == (agency.client_id, agency.client_id)
    assert found["dee"]["rights"] == ["invoice.read", "report.read"]
    assert (found["eve"]["client_ids"], found["eve"]["narrowed"]) == ([agency.client_id], True)
    assert (found["fay"]["client_ids"], found["fay"]["project_ids"]) == ([], [project])
    again = upload("users", text)["result"]
    assert (again["created"], again["unchanged"], _mails(agency)) == (0, 6, waiting + 6)
    other = upload("users", _file("ann@x.example,Ann,member,,,,"))["result"]
    assert (other["kept"], other["changed"], _members(agency)["ann"]["role"]) == (1, 0, "admin")


def test_bad_rows_are_told_by_line_and_field_and_nobody_is_invited(agency: Agency, upload: Upload) -> None:
    lines = [line.format(number) for number, (line, _, _) in enumerate(BAD)]
    run = upload("users", _file("good@x.example,Good,member,,,,", *lines))
    assert run["status"] == "failed"
    for number, (_, field, reason) in enumerate(BAD):
        (error,) = [each for each in run["result"]["errors"] if each["line"] == number + 3]
        assert (error["column"], error["reason"][: len(reason)]) == (field, reason)
    assert "good" not in _members(agency)


def test_a_name_of_two_clients_is_not_guessed_and_another_agencys_is_unknown(agency: Agency, upload: Upload) -> None:
    second = {"name": "Zebra", "external_id": "Z-2"}
    ident = agency.api.ask("POST", "/clients", agency.as_role[Role.owner], json=second).body["id"]
    (error,) = upload("users", _file("x@x.example,X,client,Zebra,,,"))["result"]["errors"]
    assert error["reason"] == "'Zebra' is the name of several; write the external id"
    upload("users", _file("x@x.example,X,client,Z-2,,,"))
    assert _members(agency)["x"]["client_id"] == ident


def test_the_plans_seats_are_counted_before_anybody_is_invited(agency: Agency, upload: Upload) -> None:
    operator.set_plan(agency.api.settings, agency.slug, "starter")
    staff = [f"{name}@x.example,,member,,,," for name in ("a", "b", "c")]
    client = "d@x.example,,client,Zebra,,,"
    for dry_run in (True, False):
        run = upload("users", _file(*staff, client), dry_run=dry_run)
        words = "The plan Starter includes 5 seats, and 3 are taken: the file brings 3 people who take one."
        assert (run["status"], words in run["result"]["detail"]) == ("failed", True)
        assert "d" not in _members(agency)
    assert upload("users", _file(*staff[:2], client))["result"]["created"] == 3


def test_a_file_brings_no_more_than_its_share(agency: Agency, upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "LARGEST", 1)
    run = upload("users", _file("a@x.example,,member,,,,", "b@x.example,,member,,,,"))
    assert run["result"]["errors"][0]["line"] == 3


def test_nobody_brings_in_people_beyond_the_own_rights(agency: Agency) -> None:
    api = agency.api

    def sent(who: Any, line: str) -> Any:
        files = {"file": ("users.csv", _file(line).encode(), "text/csv")}
        return api.ask("POST", "/imports", who, data={"kind": "users"}, files=files).body

    role = _role(agency, "Data", "staff", "import.run", "user.read")
    clerk = join(agency, "clerk", Role.member, role_id=UUID(role))
    with pytest.raises(Exception, match="the right to invite them"):
        sent(clerk, "x@x.example,X,member,,,,")
    run = sent(agency.as_role[Role.admin], "x@x.example,X,client,Zebra,,,")
    assert api.refusal("GET", f"/imports/{run['id']}", clerk).status == 404
    assert api.ask("GET", "/imports", clerk).items == []
    assert "users" not in {kind["name"] for kind in api.ask("GET", "/imports/kinds", clerk).items}
    limited = _role(agency, "Half", "staff", "import.run", "user.manage", "user.read", "invoice.read")
    half = join(agency, f"half{uuid4().hex[:4]}", Role.member, role_id=UUID(limited))
    (error,) = sent(half, "y@x.example,Y,admin,,,,")["result"]["errors"]
    assert error["reason"].startswith("You cannot give rights that you do not have")
