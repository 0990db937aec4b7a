"""An authenticator app for tests: it is set up and shows codes of the service's own time."""

import base64
from typing import Any

import psycopg

from api.client import Credentials
from api.identity import totp
from tests.api.agency import Agency, Api


def secret_of(setup: dict[str, Any]) -> bytes:
    """The secret as it was shown."""
    text = setup["secret"]
    return base64.b32decode(text + "=" * (-len(text) % 8))


def code(api: Api, secret: bytes, later: int) -> str:
    """The code that is shown so many steps later than now."""
    return totp.code(secret, totp.step_of(api.app.state.clock.now()) + later)


def add(api: Api, who: Credentials, name: str = "Phone") -> bytes:
    """Set an authenticator up with the code of now, which is used up by that; its secret."""
    setup = api.ask("GET", "/account/totp-setup", who).body
    secret = secret_of(setup)
    api.ask("POST", "/account/totp", who, json={"setup": setup["setup"], "code": code(api, secret, 0), "name": name})
    return secret


def require(agency: Agency, roles: list[str]) -> None:
    """Ask people of these roles for a second factor, past the service."""
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        owner.execute("select set_config('app.workspace_id', %s, true)", (str(agency.workspace_id),))
        owner.execute(
            "insert into sign_in_policy (id, workspace_id, required_of) values (gen_random_uuid(), %s, %s)"
            " on conflict (workspace_id) do update set required_of = excluded.required_of",
            (agency.workspace_id, roles),
        )


def forget_tries(agency: Agency) -> None:
    """Count guesses afresh."""
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        owner.execute("delete from rate_limit where key like 'factor:%'")
