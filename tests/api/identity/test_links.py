"""Links that open an account go to the person's own address and to nobody else; each mail leaves once."""

import re
import socket
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from api.identity import jobs
from api.kit import mail
from imisofts.access import Role
from tests.api.agency import PASSWORD, Agency, Api, as_operator, found, sign_in
from tests.api.identity.conftest import ShiftingClock
from tests.api.reports.conftest import Post
from tests.api.reports.conftest import post as post


def queued(api: Api) -> tuple[UUID, UUID]:
    """Workspace and link of the newest mail that waits to leave."""
    with psycopg.connect(api.settings.owner_database_url) as owner:
        row = owner.execute(
            "select args->>'workspace_id', args->>'link_id', args::text from queue.procrastinate_jobs"
            " where task_name = 'identity.mail_link' order by id desc limit 1"
        ).fetchone()
    assert row is not None
    assert "@" not in row[2], "a job carries ids, never an address or a secret"
    return UUID(row[0]), UUID(row[1])


def carry(api: Api, post: Post, link: tuple[UUID, UUID] | None = None) -> None:
    """What the worker does with the newest job."""
    settings = api.settings.moved(smtp_url=post.smtp_url, mail_url=post.mail_url)
    state = api.app.state
    api.portal.call(jobs.send_link, state.database, settings, state.clock, *(link or queued(api)))


def token_in(post: Post) -> str:
    """The secret in the newest mail."""
    text = post.inbox.mails[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    (token,) = re.findall(r"/[a-z/-]+\?token=([\w-]+)", text)
    return str(token)


def invited(agency: Agency, email: str, **more: Any) -> dict[str, Any]:
    """An admin invites somebody."""
    person = {"email": email, "name": "New Person", "role": "member", **more}
    answer: dict[str, Any] = agency.api.ask("POST", "/users", agency.as_role[Role.admin], json=person).body
    return answer


def test_an_invitation_goes_to_the_person_alone_and_works_once(agency: Agency, post: Post) -> None:
    api, email = agency.api, f"mailed@{agency.slug}.example"
    made = invited(agency, email)
    assert (made["link"], made["joined_at"]) == (None, None)
    carry(api, post)
    carry(api, post)
    assert [str(one["To"]) for one in post.inbox.mails] == [email], "tried again, it does not leave twice"
    token = token_in(post)
    api.ask("POST", "/session/link", json={"token": token, "password": PASSWORD})
    assert api.refusal("POST", "/session/link", json={"token": token, "password": PASSWORD}).code == "link_spent"
    seen = api.ask("GET", f"/users/{made['id']}", agency.as_role[Role.admin]).body
    assert seen["joined_at"] is not None
    with psycopg.connect(api.settings.owner_database_url) as owner:
        kept = owner.execute("select token_hash from sign_in_link where user_id = %s", (made["user_id"],)).fetchall()
    assert token.encode() not in {bytes(one[0]) for one in kept}


def test_nobody_takes_over_an_account_by_inviting_its_address(agency: Agency, api: Api, post: Post) -> None:
    """The owner of another agency invites a person who has a password: no link can set a new one, and the operator,
    who is shown the links of new people, is not shown this one."""
    victim, other = agency.email(Role.owner), found(api)
    person = {"email": victim, "name": "Somebody", "role": "member"}
    assert api.ask("POST", "/users", other.as_role[Role.owner], json=person).body["link"] is None
    carry(api, post)
    taken = api.refusal("POST", "/session/link", json={"token": token_in(post), "password": PASSWORD + " mine"})
    assert taken.code == "link_spent"
    assert api.ask("POST", "/users", as_operator(found(api)), json=person).body["link"] is None
    sign_in(api, victim)


def test_an_invitation_opens_nothing_before_it_is_accepted(agency: Agency, api: Api, post: Post) -> None:
    known, other = agency.email(Role.admin), found(api)
    made = api.ask(
        "POST", "/users", other.as_role[Role.owner], json={"email": known, "name": "Known", "role": "member"}
    ).body
    carry(api, post)
    here = {"email": known, "password": PASSWORD, "workspace": other.slug}
    assert api.refusal("POST", "/session", json=here).code == "sign_in_refused"
    assert sign_in_place(api, known) == agency.slug
    token = {"token": token_in(post)}
    shown = api.ask("POST", "/session/link/open", json=token).body
    assert (shown["invited_by"], shown["role"], shown["workspace"]["slug"]) == ("Owner", "member", other.slug)
    assert (shown["purpose"], shown["needs_password"], shown["email"]) == ("invitation", False, known)
    accepted = api.ask("POST", "/session/link/accept", json=token).body
    assert accepted["workspace"]["slug"] == other.slug
    assert api.refusal("POST", "/session/link/accept", json=token).code == "link_spent"
    assert api.ask("GET", f"/users/{made['id']}", other.as_role[Role.owner]).body["joined_at"] is not None
    sign_in(api, known, workspace=other.slug)


def test_how_somebody_is_called_elsewhere_is_not_found_out_by_inviting(agency: Agency, api: Api, post: Post) -> None:
    """An account is one for the whole installation; what it says is shown where its person has come in."""
    email, other = agency.email(Role.admin), found(api)
    owner = other.as_role[Role.owner]
    her, secret = agency.as_role[Role.admin], "Quite Another"
    api.ask("PATCH", "/me", her, json={"name": secret}, if_match=api.ask("GET", "/me", her).etag)
    person = {"email": email, "name": "Whoever", "role": "member"}
    path = f"/users/{api.ask('POST', '/users', owner, json=person).body['id']}"

    def names() -> list[str]:
        one = api.ask("GET", path, owner).body["name"]
        (listed,) = api.ask("GET", "/users", owner, params={"q": email}).body["items"]
        (hit,) = api.ask("GET", "/search", owner, params={"q": email}).body["items"]
        return [one, listed["name"], hit["title"]]

    assert names() == ["Whoever"] * 3
    assert api.ask("GET", "/users", owner, params={"q": secret, "role": "member"}).body["items"] == []
    open_to = api.ask("GET", "/sign-in-policy/without-factor", owner, params={"q": email}).body["items"]
    assert open_to == [], "nor whether there is a second factor"
    carry(api, post)
    api.ask("POST", "/session/link/accept", json={"token": token_in(post)})
    assert names() == [secret] * 3


def sign_in_place(api: Api, email: str) -> str:
    """The slug of the workspace that a person without a wish comes into."""
    slug: str = api.ask("POST", "/session", json={"email": email, "password": PASSWORD}).body["workspace"]["slug"]
    return slug


def test_a_declined_or_withdrawn_invitation_is_gone(agency: Agency, post: Post) -> None:
    api, admin = agency.api, agency.as_role[Role.admin]
    declined = invited(agency, f"no@{agency.slug}.example")
    carry(api, post)
    token = {"token": token_in(post)}
    api.ask("POST", "/session/link/decline", json=token)
    assert api.refusal("GET", f"/users/{declined['id']}", admin).status == 404
    withdrawn = invited(agency, f"never@{agency.slug}.example")
    carry(api, post)
    token = {"token": token_in(post)}
    api.ask("DELETE", f"/users/{withdrawn['id']}", admin, if_match='"1"')
    for verb in ("open", "decline", "accept"):
        assert api.refusal("POST", f"/session/link/{verb}", json=token).code == "link_spent"
    assert api.refusal("POST", "/session/link", json={**token, "password": PASSWORD}).code == "link_spent"


def test_a_link_that_was_asked_for_signs_in_once(agency: Agency, post: Post, clock: ShiftingClock) -> None:
    api, email = agency.api, agency.email(Role.client)
    known = api.ask("POST", "/session/link-request", json={"email": email})
    carry(api, post)
    token = {"token": token_in(post)}
    unknown = api.ask("POST", "/session/link-request", json={"email": f"nobody@{agency.slug}.example"})
    assert (known.status, known.content) == (unknown.status, unknown.content) == (204, b"")
    carry(api, post)
    assert len(post.inbox.mails) == 1, "the job of an unknown address finds nothing to do"
    for _ in range(2):
        assert api.ask("POST", "/session/link/open", json=token).body["purpose"] == "sign_in", "looking spends nothing"
    stolen = api.refusal("POST", "/session/link", json={**token, "password": PASSWORD + " stolen"})
    assert stolen.code == "link_spent", "it signs in and sets no password"
    came = api.ask("POST", "/session/link/sign-in", json={**token, "remember": True})
    assert came.body["user"]["email"] == email
    assert api.refusal("POST", "/session/link/sign-in", json=token).code == "link_spent"
    api.ask("POST", "/session/link-request", json={"email": email})
    carry(api, post)
    clock.shift = timedelta(minutes=10, seconds=1)
    assert api.refusal("POST", "/session/link/sign-in", json={"token": token_in(post)}).code == "link_spent"


def test_an_invitation_is_open_for_seven_days(agency: Agency, post: Post, clock: ShiftingClock) -> None:
    invited(agency, f"late@{agency.slug}.example")
    carry(agency.api, post)
    clock.shift = timedelta(days=7, minutes=1)
    late = agency.api.refusal("POST", "/session/link", json={"token": token_in(post), "password": PASSWORD})
    assert late.code == "link_spent"


def test_a_forgotten_password_is_answered_alike_for_everybody(agency: Agency, post: Post) -> None:
    api, email = agency.api, agency.email(Role.member)
    known = api.ask("POST", "/session/reset", json={"email": email})
    carry(api, post)
    assert str(post.inbox.mails[-1]["To"]) == email
    token = token_in(post)
    unknown = api.ask("POST", "/session/reset", json={"email": f"nobody@{agency.slug}.example"})
    assert (known.status, known.content) == (unknown.status, unknown.content) == (204, b"")
    carry(api, post)
    assert len(post.inbox.mails) == 1, "the job of an unknown address finds nothing to do"
    api.ask("POST", "/session/link", json={"token": token, "password": PASSWORD + " anew"})
    assert api.refusal("POST", "/session", json={"email": email, "password": PASSWORD}).status == 401
    api.ask("POST", "/session", json={"email": email, "password": PASSWORD + " anew"})


def test_a_new_link_ends_the_one_before(agency: Agency, post: Post) -> None:
    api = agency.api
    made = invited(agency, f"again@{agency.slug}.example")
    carry(api, post)
    first = token_in(post)
    api.ask("POST", f"/users/{made['id']}/link", agency.as_role[Role.admin])
    carry(api, post)
    assert api.refusal("POST", "/session/link", json={"token": first, "password": PASSWORD}).code == "link_spent"
    api.ask("POST", "/session/link", json={"token": token_in(post), "password": PASSWORD})


def test_resets_of_one_address_are_limited(agency: Agency) -> None:
    asked = {"email": f"often@{agency.slug}.example"}
    for _ in range(3):
        agency.api.ask("POST", "/session/reset", json=asked)
    assert agency.api.refusal("POST", "/session/reset", json=asked).status == 429


def test_a_mail_that_is_refused_is_told_to_who_invited(agency: Agency, post: Post) -> None:
    made = invited(agency, f"refused@{agency.slug}.example")
    post.inbox.answer_to_recipient = "550 no such mailbox"
    carry(agency.api, post)
    seen = agency.api.ask("GET", f"/users/{made['id']}", agency.as_role[Role.admin]).body
    assert "no such mailbox" in seen["link_problem"]


def test_a_mail_server_that_is_away_is_tried_again(agency: Agency, post: Post) -> None:
    invited(agency, f"away@{agency.slug}.example")
    link = queued(agency.api)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = Post(post.inbox, f"smtp://127.0.0.1:{nobody.getsockname()[1]}", post.mail_url)
        with pytest.raises(mail.NotSent):
            carry(agency.api, away, link)
    carry(agency.api, post, link)
    assert len(post.inbox.mails) == 1


def test_a_mail_that_left_with_its_process_is_found_and_not_sent_again(
    agency: Agency, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited(agency, f"killed@{agency.slug}.example")
    link, sending = queued(agency.api), mail.send

    def killed(*arguments: Any) -> None:
        sending(*arguments)
        raise RuntimeError("killed")

    monkeypatch.setattr(mail, "send", killed)
    with pytest.raises(RuntimeError, match="killed"):
        carry(agency.api, post, link)
    monkeypatch.setattr(mail, "send", sending)
    carry(agency.api, post, link)
    assert len(post.inbox.mails) == 1


def test_access_is_changed_and_ended_by_others_only(agency: Agency, api: Api) -> None:
    here = found(api)
    owner, admin = here.as_role[Role.owner], here.as_role[Role.admin]
    people = {row["role"]: row for row in api.ask("GET", "/users", owner).items}

    def path(role: str) -> str:
        return f"/users/{people[role]['id']}"

    def tag(role: str) -> str:
        return api.ask("GET", path(role), owner).etag

    own = api.refusal("PATCH", path("admin"), admin, json={"role": "owner"}, if_match=tag("admin"))
    assert own.code == "own_membership"
    assert api.refusal("DELETE", path("owner"), admin, if_match=tag("owner")).status == 403
    assert api.refusal("PATCH", path("member"), admin, json={"role": "owner"}, if_match=tag("member")).status == 403
    member = here.as_role[Role.member]
    api.ask("PATCH", path("member"), admin, json={"role": "admin"}, if_match=tag("member"))
    assert "user.manage" in api.ask("GET", "/session", member).body["actions"], "it counts from the next request on"
    api.ask("DELETE", path("member"), owner, if_match=tag("member"))
    assert api.refusal("GET", "/session", member).status == 401


def test_a_mail_is_written_in_the_language_of_its_reader(api: Api, post: Post) -> None:
    agency = found(api)
    owner = agency.as_role[Role.owner]
    etag = api.ask("GET", "/workspace", owner).etag
    api.ask("PATCH", "/workspace", owner, json={"locale": "de"}, if_match=etag)
    invited(agency, f"karla@{agency.slug}.example")
    carry(api, post)
    assert str(post.inbox.mails[-1]["Subject"]).startswith("Ihre Einladung zu ")
