"""The five numbers of the summary, each with its change against the period before. Pure.

They are taken in the order of :func:`_candidates`; a subject that is switched off, or of which there was nothing in
either period, makes room for the next. A change is stated, never coloured as good or bad.
"""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from api.paper.language import Language, rounded
from api.reports.sections import money
from api.reports.sections.blocks import Telling

MOST = 5
Number = dict[str, Any]


def numbers(told: Telling, sections: Collection[str]) -> list[Number]:
    """At most five; none where nothing happened."""
    found = [number for part, number in _candidates(told) if part in sections][:MOST]
    wide = 2 if len(found) > 3 else len(found)
    for n, number in enumerate(found):
        number["size"] = _size(str(number["value"]), room=24 if n < wide and wide < 3 else 13)
    return found


def _candidates(told: Telling) -> Iterator[tuple[str, Number]]:
    """The part that each belongs to, and the number: a choice from every subject first, then more of money."""
    language, say = told.language, told.language.say
    counts = {
        "project_hours": ("hours", say("Hours worked")),
        "tasks_completed": ("work", say("Tasks completed")),
        "tickets_resolved": ("support", say("Tickets resolved")),
    }
    for name, (part, label) in counts.items():
        change = told.figures["numbers"][name]
        if _some(change["now"]) or _some(change["before"]):
            yield part, _count(told, name, label, change)
    found = money.currencies(told)[:1]
    for one in found:
        yield "money", _amount(told, one, "invoiced", "invoiced", say("Invoiced"))
        yield "money", _amount(told, one, "closing", "receivables", say("Open balance"))
        yield "money", _amount(told, one, "collected", "collected", say("Collected"))
    for name, part, label in (
        ("milestones_on_time", "milestones", say("Milestones on time")),
        ("sla_met", "support", say("First answers in time")),
    ):
        change = told.figures["numbers"][name]
        if change["now"] is not None:
            yield part, _share(told, name, label, change)
    for one in found:
        yield "money", _amount(told, one, "overdue", "receivables", say("Overdue"))
        if one["period"]["days_to_pay"] is not None or one["previous"]["days_to_pay"] is not None:
            yield "money", _days_to_pay(told, one, language)


def _some(value: str | None) -> bool:
    return value is not None and Decimal(value) != 0


def _number(metric: str, label: str, value: str, delta: str, before: str) -> Number:
    return {"metric": metric, "label": label, "value": value, "delta": delta, "before": before}


def _earlier(told: Telling) -> str:
    previous = told.figures["currencies"][0]["previous"]
    return told.language.short_period(previous["first"], previous["last"])


def _count(told: Telling, name: str, label: str, change: Mapping[str, Any]) -> Number:
    now, before, language = Decimal(change["now"] or 0), Decimal(change["before"] or 0), told.language
    difference = now - before
    delta = (
        language.say("unchanged")
        if not difference
        else ("+" if difference > 0 else "−") + language.short(abs(difference))
    )
    was = language.say("{number} in {period}", number=language.short(before), period=_earlier(told))
    return _number(name, label, language.short(now), delta, was)


def _share(told: Telling, name: str, label: str, change: Mapping[str, Any]) -> Number:
    language, before = told.language, change["before"]
    if before is None:
        was = language.say("none in {period}", period=_earlier(told))
        return _number(name, label, language.share(change["now"]), "", was)
    points = rounded((Decimal(change["now"]) - Decimal(before)) * 100)
    sign = "+" if points > 0 else "−"
    delta = language.count("{sign}{number} point", "{sign}{number} points", int(abs(points)), sign=sign)
    was = language.say("{number} in {period}", number=language.share(before), period=_earlier(told))
    return _number(name, label, language.share(change["now"]), delta if points else language.say("unchanged"), was)


def _amount(told: Telling, one: Mapping[str, Any], key: str, metric: str, label: str) -> Number:
    now, before, language = one["period"][key], one["previous"][key], told.language
    was = language.say("{amount} in {period}", amount=language.money(before, one["currency"]), period=_earlier(told))
    value = language.money(now, one["currency"])
    return _number(metric, label, value, _change(Decimal(now), Decimal(before), language), was)


def _change(now: Decimal, before: Decimal, language: Language) -> str:
    if now == before:
        return language.say("unchanged")
    if before <= 0:
        return language.say("up from nothing") if before == 0 else language.say("was a credit")
    return language.percent(rounded((now - before) / before, 2))


def _days_to_pay(told: Telling, one: Mapping[str, Any], language: Language) -> Number:
    now, before, say = one["period"]["days_to_pay"], one["previous"]["days_to_pay"], language.say
    label, earlier = say("Days to pay"), _earlier(told)
    shown = "–" if now is None else language.days(now)
    if before is None:
        return _number("days_to_pay", label, shown, "", say("none in {period}", period=earlier))
    was = say("{number} in {period}", number=language.short(before), period=earlier)
    if now is None:
        return _number("days_to_pay", label, shown, say("nothing settled"), was)
    change = rounded(now, 1) - rounded(before, 1)
    delta = ("+" if change > 0 else "−") + language.short(abs(change)) if change else say("unchanged")
    return _number("days_to_pay", label, shown, delta, was)


def _size(value: str, room: int) -> float:
    """Points: the big size, less where ``value`` has more characters than its card has ``room`` for."""
    return round(min(17.0, 17.0 * room / max(len(value), 1)), 1)
