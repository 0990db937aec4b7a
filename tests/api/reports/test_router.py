"""Reports through HTTP: asked for by staff, read by their client, closed to everybody else."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest

from api.reports import delivery
from api.reports.office import Office, opened
from imisofts.access import Role
from imisofts.settings import Settings
from tests.api.agency import Agency, Api, found, running
from tests.api.reports import samples
from tests.api.reports.conftest import Numbers, Post


@pytest.fixture
def api(mailing: Settings) -> Iterator[Api]:
    with running(mailing) as api:
        yield api


@pytest.fixture
def acme(api: Api) -> Agency:
    """An agency whose client has an address."""
    made = found(api)
    path = f"/clients/{made.client_id}"
    etag = api.ask("GET", path, made.as_role[Role.owner]).etag
    api.ask("PATCH", path, made.as_role[Role.owner], json={"email": "zebra@zoo.example"}, if_match=etag)
    return made


def ask(api: Api, agency: Agency, **more: object) -> str:
    body = {"client": agency.client_id, "period": "2026-10", **more}
    answer = api.ask("POST", "/reports", agency.as_role[Role.owner], json=body)
    assert (answer.status, answer.body["status"]) == (201, "queued")
    return str(answer.body["id"])


def carry_out(api: Api, agency: Agency, report_id: str, numbers: Numbers) -> str:
    """What the job does."""
    numbers.by_workspace[agency.workspace_id] = samples.figures("Zebra")

    async def work() -> str:
        async with opened(api.settings, numbers) as office:
            assert isinstance(office, Office)
            return await delivery.carry_out(office, agency.workspace_id, UUID(report_id))

    return api.portal.call(work)


def test_the_client_reads_its_sent_report(api: Api, acme: Agency, numbers: Numbers, post: Post) -> None:
    owner, client = acme.as_role[Role.owner], acme.as_role[Role.client]
    report_id = ask(api, acme)
    assert api.refusal("GET", f"/reports/{report_id}", client).status == 404
    assert api.refusal("GET", f"/reports/{report_id}/pdf", owner).code == "report_pdf_not_ready"
    assert carry_out(api, acme, report_id, numbers) == "sent"
    assert [row["id"] for row in api.ask("GET", "/reports", client).body["items"]] == [report_id]
    shown = api.ask("GET", f"/reports/{report_id}", client)
    assert (shown.body["status"], shown.body["client_name"]) == ("sent", "Zebra")
    with psycopg.connect(api.settings.owner_database_url) as connection:
        connection.execute("select set_config('app.workspace_id', %s, true)", (str(acme.workspace_id),))
        kept = connection.execute("select pdf from report_delivery where id = %s", (report_id,)).fetchone()
    assert kept is not None
    assert api.ask("GET", f"/reports/{report_id}/pdf", client).content == kept[0]
    assert len(post.inbox.raw) == 1


def test_a_held_report_is_released_only_when_its_reason_is_gone(api: Api, acme: Agency, numbers: Numbers) -> None:
    owner = acme.as_role[Role.owner]
    numbers.now = samples.state(fresh=False)
    api.app.state.gateway = _Closing(numbers)
    report_id = ask(api, acme)
    assert carry_out(api, acme, report_id, numbers) == "held"
    assert api.ask("GET", "/reports", owner, params={"status": "held"}).body["items"][0]["held_reason"]
    refused = api.refusal("POST", f"/reports/{report_id}/release", owner)
    assert (refused.status, refused.code) == (409, "report_still_held")
    assert "42 minutes" in refused.detail
    numbers.now = samples.state()
    assert api.ask("POST", f"/reports/{report_id}/release", owner).body["status"] == "queued"
    assert api.refusal("POST", f"/reports/{report_id}/release", owner).code == "report_not_held"


def test_a_failed_report_is_tried_again_when_asked(api: Api, acme: Agency, numbers: Numbers, post: Post) -> None:
    owner = acme.as_role[Role.owner]
    report_id = ask(api, acme)
    assert api.refusal("POST", f"/reports/{report_id}/redeliver", owner).code == "report_not_failed"
    post.inbox.answer_to_recipient = "550 5.1.1 No such mailbox"
    assert carry_out(api, acme, report_id, numbers) == "failed"
    assert "No such mailbox" in api.ask("GET", f"/reports/{report_id}", owner).body["failure"]
    post.inbox.answer_to_recipient = "250 ok"
    asked = api.ask("POST", f"/reports/{report_id}/redeliver", owner).body
    assert (asked["status"], asked["failure"]) == ("queued", None)
    assert carry_out(api, acme, report_id, numbers) == "sent"


class _Closing:
    """The stand-in gateway with the ``close`` that the service calls when it ends."""

    def __init__(self, numbers: Numbers) -> None:
        self.state, self.client_report = numbers.state, numbers.client_report

    def close(self) -> None:
        return None


@pytest.mark.parametrize("role", [Role.member, Role.client])
def test_only_managers_ask_for_reports(api: Api, acme: Agency, role: Role) -> None:
    body = {"client": acme.client_id, "period": "2026-10"}
    assert api.refusal("POST", "/reports", acme.as_role[role], json=body).status == 403


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"period": "2026-13"}, 422, "bad_period"),
        ({"client": str(uuid4())}, 404, "unknown_client"),
        ({"surprise": 1}, 422, "malformed"),
    ],
)
def test_what_is_wrong_is_said(api: Api, acme: Agency, body: dict[str, object], status: int, code: str) -> None:
    given = {"client": acme.client_id, "period": "2026-10", **body}
    refused = api.refusal("POST", "/reports", acme.as_role[Role.owner], json=given)
    assert (refused.status, refused.code) == (status, code)


def test_a_client_without_address_is_refused_before_anything_is_queued(api: Api) -> None:
    bare = found(api)
    body = {"client": bare.client_id, "period": "2026-10"}
    assert api.refusal("POST", "/reports", bare.as_role[Role.owner], json=body).code == "client_without_email"
    assert api.ask("GET", "/reports", bare.as_role[Role.owner]).body["items"] == []


def test_another_agency_finds_nothing(api: Api, acme: Agency, numbers: Numbers) -> None:
    report_id = ask(api, acme)
    carry_out(api, acme, report_id, numbers)
    stranger = found(api).as_role[Role.owner]
    for path in (f"/reports/{report_id}", f"/reports/{report_id}/pdf", f"/reports/{uuid4()}"):
        assert api.refusal("GET", path, stranger).code == "unknown_report"


SETTINGS = {"sections": ["next", "money"], "locale": "en_US", "cadence": "quarterly", "review": True}


def test_settings_are_the_defaults_until_they_are_set(api: Api, acme: Agency) -> None:
    owner, path = acme.as_role[Role.owner], f"/clients/{acme.client_id}/report-settings"
    found = api.ask("GET", path, owner)
    assert found.etag == '"0"'
    assert found.body == {
        "sections": ["work", "hours", "milestones", "support", "money", "next"],
        "locale": "en_GB",
        "cadence": "monthly",
        "review": False,
        "version": 0,
    }
    changed = api.ask("PUT", path, owner, json=SETTINGS, if_match='"0"')
    assert changed.body == {**SETTINGS, "sections": ["money", "next"], "version": 1}
    assert api.ask("GET", path, owner).body == changed.body
    assert api.refusal("PUT", path, owner, json=SETTINGS, if_match='"0"').status == 412
    assert api.refusal("PUT", path, owner, json=SETTINGS).status == 428
    again = api.ask("PUT", path, owner, json=SETTINGS, if_match=changed.etag)
    assert again.body["version"] == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("sections", []), ("sections", ["costs"]), ("locale", "xx_XX"), ("cadence", "daily"), ("surprise", 1)],
)
def test_a_wrong_setting_is_refused_by_its_field(api: Api, acme: Agency, field: str, value: object) -> None:
    path = f"/clients/{acme.client_id}/report-settings"
    owner = acme.as_role[Role.owner]
    refused = api.refusal("PUT", path, owner, json={**SETTINGS, field: value}, if_match='"0"')
    assert (refused.status, field in str(refused.fields)) == (422, True)


def test_a_draft_is_approved_by_a_person_and_seen_by_the_client_once_it_was_sent(
    api: Api, acme: Agency, numbers: Numbers, post: Post
) -> None:
    owner, client = acme.as_role[Role.owner], acme.as_role[Role.client]
    path = f"/clients/{acme.client_id}/report-settings"
    api.ask("PUT", path, owner, json={**SETTINGS, "cadence": "monthly"}, if_match='"0"')
    report_id = ask(api, acme)
    assert api.refusal("POST", f"/reports/{report_id}/approve", owner).code == "report_not_a_draft"
    assert carry_out(api, acme, report_id, numbers) == "draft"
    assert api.ask("GET", f"/reports/{report_id}/pdf", owner).content.startswith(b"%PDF")
    assert api.refusal("GET", f"/reports/{report_id}", client).status == 404
    assert api.refusal("GET", f"/reports/{report_id}/pdf", client).status == 404
    assert api.refusal("POST", f"/reports/{report_id}/approve", acme.as_role[Role.member]).status == 403
    approved = api.ask("POST", f"/reports/{report_id}/approve", owner).body
    me = api.ask("GET", "/session", owner).body["user"]["id"]
    assert (approved["status"], approved["approved_by"]) == ("approved", me)
    assert approved["approved_at"] is not None
    assert api.refusal("GET", f"/reports/{report_id}", client).status == 404
    assert carry_out(api, acme, report_id, numbers) == "sent"
    assert api.ask("GET", f"/reports/{report_id}", client).body["status"] == "sent"
    assert api.refusal("POST", f"/reports/{report_id}/withdraw", owner).code == "report_not_withdrawable"
