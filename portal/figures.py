"""A few published figures for the home pages, each with the publication it stands in, and the state of the data."""

import asyncio
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.door import Door, Json, Problem
from portal.foreign import sentence
from portal.language import day, instant
from portal.language import gettext as _


@dataclass(frozen=True, slots=True)
class DataState:
    """Whether numbers may be trusted now; ``warning`` is the sentence of the banner, None when all is well."""

    published_at: str | None
    data_at: str | None
    publication: str | None
    warning: str | None
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One number by currency, with what it says and from when it is; no ``amounts`` means that none was published."""

    label: str
    note: str
    amounts: tuple[tuple[str, Decimal], ...]
    published_at: str | None
    definition: str = ""


async def data_state(api: Door) -> DataState:
    """From ``GET /v1/data/state``; when it cannot be asked, that is what the banner says."""
    try:
        body = (await api.get("/data/state")).object
    except Problem:
        return DataState(None, None, None, _("The state of the figures could not be read just now."))
    publication: Json = body.get("publication") or {}
    failed = tuple(str(name) for name in body.get("failed_checks") or ())
    return DataState(
        published_at=publication.get("published_at"),
        data_at=publication.get("data_at"),
        publication=str(publication["id"]) if publication.get("id") is not None else None,
        warning=_warning(body, publication),
        details=failed[:5],
    )


def _warning(body: Json, publication: Json) -> str | None:
    if not publication:
        return _("No figures have been published yet. They appear here after the first pipeline run.")
    when = instant(publication.get("published_at"))
    if body.get("audit_passed") is False:
        return _("The last audit failed, so these figures are those published %(when)s.", when=when)
    if body.get("fresh") is False:
        reason = body.get("stale_reason") or _("replication is behind")
        text = _("Figures may be out of date: %(reason)s. They were published %(when)s.")
        return text % {"reason": sentence(str(reason)).rstrip("."), "when": when}
    return None


async def figures(api: Door, today: date) -> tuple[Figure, ...]:
    """Invoiced and collected this month, and what comes in every month from today on."""
    month = today.replace(day=1)
    return tuple(
        await asyncio.gather(
            _figure(api, "invoiced", _("Invoiced this month"), month, today),
            _figure(api, "collected", _("Collected this month"), month, today),
            _figure(api, "mrr", _("Monthly recurring revenue (MRR)"), today, today),
        )
    )


async def _figure(api: Door, name: str, label: str, first: date, last: date) -> Figure:
    try:
        period = {"from": first.isoformat(), "to": last.isoformat(), "grain": "month"}
        body = (await api.get(f"/metrics/{name}", params=period)).object
    except Problem as problem:
        return Figure(label, problem.detail or _("Not available just now."), (), None)
    totals: dict[str, Decimal] = {}
    for row in body.get("rows") or body.get("items") or ():
        if row.get("value") is not None and row.get("currency"):
            totals[row["currency"]] = totals.get(row["currency"], Decimal(0)) + Decimal(str(row["value"]))
    definition = body.get("definition")
    publication: Json = body.get("publication") or {}
    note = _("As of %(day)s", day=day(last)) if name == "mrr" else _("Since %(day)s", day=day(first))
    biggest_first = sorted(totals.items(), key=lambda entry: -abs(entry[1]))
    text = str(definition.get("definition") or "") if isinstance(definition, dict) else ""
    return Figure(label, note, tuple(biggest_first), publication.get("published_at"), text)
