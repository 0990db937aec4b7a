"""Recipes of services, exchange rates and subscriptions."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from api.events.schemas import EventName
from imisofts.access import Role
from tests.api.agency import Agency
from tests.contracts.recipes import Body, Make, Options, Row, Write, _json, _post, gone, text

_KEPT: dict[tuple[str, str, str], str] = {}


def _service(agency: Agency, _: str = "") -> str:
    body = {"name": text(agency), "description": text(agency), "external_id": text(agency), "unit_price": "50"}
    return _post(agency, "/services", json=body)


def _rate(agency: Agency, _: str = "") -> str:
    day = f"{1950 + uuid4().int % 50}-{1 + uuid4().int % 12:02}-{1 + uuid4().int % 28:02}"
    body = {"from_currency": "EUR", "to_currency": "USD", "rate_on": day, "rate": "1.1"}
    return _post(agency, "/exchange-rates", json=body)


def _item(agency: Agency) -> Options:
    return {"service_id": _service(agency), "description": text(agency), "unit_price": "50"}


def _new(agency: Agency, client_id: str) -> Options:
    return {
        "json": {"client_id": client_id, "name": text(agency), "started_on": "2026-01-01", "items": [_item(agency)]}
    }


def _subscription(agency: Agency, client_id: str) -> str:
    """One with a pause that has passed, so that every table of subscriptions has a row."""
    ident = _post(agency, "/subscriptions", **_new(agency, client_id))
    _post(agency, f"/subscriptions/{ident}/pause")
    _post(agency, f"/subscriptions/{ident}/resume")
    return ident


def _kept(use: str) -> Make:
    """The same subscription for the body and the path of one route: a body names rows of the path's subscription."""

    def make(agency: Agency, client_id: str) -> str:
        place = (agency.slug, client_id, use)
        if place not in _KEPT:
            _KEPT[place] = _subscription(agency, client_id)
        return _KEPT[place]

    return make


def _about(use: str, build: Callable[[Agency, dict[str, Any]], dict[str, Any]]) -> Body:
    """A body made from the subscription as it stands."""

    def body(agency: Agency, client_id: str) -> Options:
        path = f"/subscriptions/{_kept(use)(agency, client_id)}"
        return {"json": build(agency, agency.api.ask("GET", path, agency.as_role[Role.owner]).body)}

    return body


def _change(agency: Agency, stored: dict[str, Any]) -> dict[str, Any]:
    return {"items": [{"line_id": stored["items"][0]["line_id"], "quantity": "2"}], "add": [_item(agency)]}


def _correct(agency: Agency, stored: dict[str, Any]) -> dict[str, Any]:
    pause = {"pause_id": stored["pauses"][0]["id"], "ended_on": None}
    return {"reason": text(agency), "item_id": stored["items"][0]["id"], "quantity": "7", "pause": pause}


def _paused(agency: Agency, client_id: str) -> str:
    ident = _subscription(agency, client_id)
    _post(agency, f"/subscriptions/{ident}/pause")
    return ident


def _cancelled(agency: Agency, client_id: str) -> str:
    ident = _subscription(agency, client_id)
    _post(agency, f"/subscriptions/{ident}/cancel", json={"on": "2099-01-01"})
    return ident


ROWS = {
    "service_id": Row("service", _service),
    "exchange_rate_id": Row("exchange_rate", _rate),
    "subscription_id": Row("subscription", _subscription),
}
WRITES = {
    "POST /v1/services": Write((EventName.SERVICE_CREATED,), _json(name="Care plan")),
    "PATCH /v1/services/{service_id}": Write((EventName.SERVICE_UPDATED,), _json(name="Care plan, large")),
    "DELETE /v1/services/{service_id}": Write((EventName.SERVICE_ARCHIVED,)),
    "POST /v1/services/{service_id}/restore": Write((EventName.SERVICE_RESTORED,), row=gone("/services", _service)),
    "POST /v1/exchange-rates": Write(
        (EventName.EXCHANGE_RATE_RECORDED,), _json(from_currency="EUR", to_currency="USD", rate="1.1")
    ),
    "DELETE /v1/exchange-rates/{exchange_rate_id}": Write((EventName.EXCHANGE_RATE_DELETED,)),
    "POST /v1/subscriptions": Write((EventName.SUBSCRIPTION_CREATED,), _new),
    "POST /v1/subscriptions/{subscription_id}/change": Write(
        (EventName.SUBSCRIPTION_CHANGED,), _about("change", _change), row=_kept("change")
    ),
    "POST /v1/subscriptions/{subscription_id}/pause": Write((EventName.SUBSCRIPTION_PAUSED,)),
    "POST /v1/subscriptions/{subscription_id}/resume": Write((EventName.SUBSCRIPTION_RESUMED,), row=_paused),
    "POST /v1/subscriptions/{subscription_id}/cancel": Write((EventName.SUBSCRIPTION_CANCELLED,)),
    "POST /v1/subscriptions/{subscription_id}/withdraw-cancellation": Write(
        (EventName.SUBSCRIPTION_CANCELLATION_WITHDRAWN,), row=_cancelled
    ),
    "POST /v1/subscriptions/{subscription_id}/correct": Write(
        (EventName.SUBSCRIPTION_CORRECTED,), _about("correct", _correct), row=_kept("correct")
    ),
}
