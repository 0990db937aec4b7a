"""The live stream: a commit is heard by whom it concerns, and nobody keeps a stream whose session has ended."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest
import uvicorn

from api.client import Credentials
from api.live import hub as hub_module
from api.live.hub import Hub, Word
from imisofts import serve
from imisofts.access import Role, actor_of_role
from imisofts.settings import Settings
from tests.api.agency import Agency, Api

PATIENCE = 60


class Ear:
    """One stream, read event by event."""

    def __init__(self, url: str, who: Credentials, last: str = "") -> None:
        heads = {**who.headers(), **({"Last-Event-ID": last} if last else {})}
        self._client = httpx2.Client(timeout=PATIENCE, trust_env=False)
        self._stream = self._client.stream("GET", f"{url}/events", headers=heads)
        self.answer = self._stream.__enter__()
        self._lines = self.answer.iter_lines()

    def next(self, name: str) -> dict[str, Any]:
        """The data of the next event of this name; others are passed over."""
        for line in self._lines:
            if line == f"event: {name}":
                return dict(json.loads(next(self._lines).removeprefix("data: ")))
        raise AssertionError(f"the stream ended before {name}")

    def close(self) -> None:
        self._stream.__exit__(None, None, None)
        self._client.close()


@pytest.fixture(scope="module")
def url(settings: Settings) -> Iterator[str]:
    """The whole address behind a real server, since a stream has no end."""
    app = serve.create(settings)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(app, port=port, log_level="error", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def _ticket(agency: Agency) -> dict[str, Any]:
    body = {"client_id": agency.client_id, "subject": "Where?", "body": "We wait."}
    return dict(agency.api.ask("POST", "/tickets", agency.as_role[Role.client], json=body).body)


def _announce(agency: Agency, user_id: str) -> str:
    """Write and announce a notification of somebody, as the dispatcher's job does."""
    ident = str(uuid4())
    word = {"workspace": str(agency.workspace_id), "user": user_id, "notification": ident}
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        owner.execute("select pg_notify('imisofts_live', %s)", (json.dumps(word),))
    return ident


def _me(agency: Agency, role: Role) -> str:
    return str(agency.api.ask("GET", "/session", agency.as_role[role]).body["user"]["id"])


def test_a_commit_is_heard_by_others_who_may_see_it(agency: Agency, url: str) -> None:
    owner, client = Ear(url, agency.as_role[Role.owner]), Ear(url, agency.as_role[Role.client])
    try:
        assert owner.answer.headers["content-type"].startswith("text/event-stream")
        assert owner.next("unread") == {"unread": 0}
        client.next("unread")
        _ticket(agency)
        assert owner.next("changed") == {"kind": "ticket"}
        mine = _announce(agency, _me(agency, Role.client))
        assert client.next("notification")["id"] == mine, "and no word of what others change"
    finally:
        owner.close()
        client.close()


def test_a_stream_ends_with_its_session_and_needs_one(agency: Agency, url: str) -> None:
    assert httpx2.get(f"{url}/events", trust_env=False).status_code == 401
    token = agency.api.ask("POST", "/tokens", agency.as_role[Role.owner], json={"name": "Site"}).body["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert httpx2.get(f"{url}/events", headers=bearer, trust_env=False).status_code == 403
    ear = Ear(url, agency.as_role[Role.member])
    try:
        ear.next("unread")
        agency.api.ask("DELETE", "/session", agency.as_role[Role.member])
        _announce(agency, _me(agency, Role.owner))
        _ticket(agency)
        ear.next("ended")
    finally:
        ear.close()


def test_seats_are_few_and_a_slow_reader_counts_anew(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "MOST_OF_ONE", 2)

    async def sit() -> None:
        hub = Hub(api.settings.app_database_url)
        actor = actor_of_role(uuid4(), Role.owner, user_id=uuid4())
        seats = [hub.join(actor, uuid4()) for _ in range(2)]
        with pytest.raises(hub_module.Crowded):
            hub.join(actor, uuid4())
        hub.join(actor_of_role(actor.workspace_id, Role.owner, user_id=uuid4()), uuid4())
        hub.leave(seats[1])
        hub.join(actor, uuid4())
        for _ in range(100):
            hub.deliver(json.dumps({"workspace": str(actor.workspace_id), "changed": "invoice", "by": None}))
        heard = [seats[0].heard.get_nowait() for _ in range(seats[0].heard.qsize())]
        assert Word() in heard
        assert len(heard) <= 32
        hub.deliver("no announcement")
        await hub.close()

    api.portal.call(sit)


def test_a_change_is_no_news_to_who_made_it_or_may_not_see_it() -> None:
    user, workspace = uuid4(), uuid4()
    told: dict[str, bool] = {}
    for name, actor, changed, by in (
        ("another's", actor_of_role(workspace, Role.member, user_id=user), "invoice", str(uuid4())),
        ("one's own", actor_of_role(workspace, Role.member, user_id=user), "invoice", str(user)),
        ("no right", actor_of_role(workspace, Role.member, user_id=user), "membership", None),
        ("no list", actor_of_role(workspace, Role.owner, user_id=user), "session", None),
        ("a client", actor_of_role(workspace, Role.client, user_id=user), "invoice", None),
    ):
        told[name] = hub_module.Seat(actor, uuid4()).wants(changed, by)
    assert told == {"another's": True, "one's own": False, "no right": False, "no list": False, "a client": False}
