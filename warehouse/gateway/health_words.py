"""A client's health in words: the stored row's own arithmetic, largest losses first. Pure.

Every sentence is a template given to ``say`` before its values go in, so that whoever prints it may translate it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

Say = Callable[[str], str]

LABELS: Mapping[str, str] = {
    "payment": "Payment",
    "delivery": "Delivery",
    "support": "Support",
    "engagement": "Engagement",
    "sentiment": "Sentiment",
    "commercial": "Recurring revenue",
}
BANDS: Mapping[str, str] = {
    "healthy": "healthy",
    "watch": "to be watched",
    "at_risk": "at risk",
    "not_enough_data": "not enough data",
}
NEEDED = Decimal("0.6")
"""The share of the weights that has to be known; a test compares it with the policy."""
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class HealthInput:
    """One of the six inputs of a client's score on a day.

    ``value`` is what was measured: days (``unit`` days) or a share or change as a fraction (``unit`` ratio); ``None``
    where it is not known. ``score`` is what it scores from 0 to 100. Where the client has a score, ``contribution`` is
    its part in it, and ``lost`` what it takes from 100: all contributions and losses add up to 100 exactly.
    """

    name: str
    weight: int
    unit: Literal["days", "ratio"]
    value: Decimal | None
    score: int | None
    contribution: Decimal | None
    lost: Decimal | None


def explain(
    inputs: Sequence[HealthInput],
    score: Decimal | None,
    band: str,
    coverage: Decimal,
    change: Decimal | None,
    say: Say = str,
) -> tuple[str, ...]:
    """Sentences: the score with its trend, each known input by what it costs, the sum, and what is not known.

    Printed points are rounded to tenths of one running sum, so that they add up as printed.
    """
    if not inputs:
        return (say("Not enough data for a score: nothing is known but how the invoices stand."),)
    if score is None:
        return (
            _too_little(coverage, say),
            *_costs(inputs, say),
            *_missing(inputs, coverage, say("Not known: {inputs}."), say),
        )
    shared = say("Not known: {inputs}; the rest, {known} % of the weights, stands for the whole.")
    return (
        _headline(score, band, change, say),
        *_costs(inputs, say),
        _sum(inputs, say),
        *_missing(inputs, coverage, shared, say),
    )


def _headline(score: Decimal, band: str, change: Decimal | None, say: Say) -> str:
    values = {"score": _tenths(score), "band": say(BANDS[band])}
    if change is None:
        return say("Health is {score} of 100: {band}.").format(**values)
    if _rounded(change) == 0:
        return say("Health is {score} of 100: {band}, as 30 days before.").format(**values)
    sentence = (
        say("Health is {score} of 100: {band}, {change} points more than 30 days before.")
        if change > 0
        else say("Health is {score} of 100: {band}, {change} points less than 30 days before.")
    )
    return sentence.format(change=_tenths(abs(change)), **values)


def _too_little(coverage: Decimal, say: Say) -> str:
    return say("Not enough data for a score: {known} % of the weights are known, {needed} % are needed.").format(
        known=_percent(coverage), needed=_percent(NEEDED)
    )


def _costs(inputs: Sequence[HealthInput], say: Say) -> list[str]:
    """A sentence for each known input, the largest loss first; without a score, only what was measured."""
    known = [item for item in inputs if item.score is not None]
    points, whole = _printed(known), _printed_whole(known)
    by_loss = sorted(range(len(known)), key=lambda place: (-(known[place].lost or 0), place))
    sentences = []
    for place in by_loss:
        item = known[place]
        values: dict[str, object] = {"input": say(LABELS[item.name]), "fact": _fact(item, say), "score": item.score}
        if item.contribution is None:
            sentences.append(say("{input}: {fact}, which scores {score}.").format(**values))
        else:
            values |= {"points": points[place], "whole": whole[place], "lost": whole[place] - points[place]}
            sentences.append(
                say("{input}: {fact}, which scores {score} and gives {points} of {whole} points, {lost} lost.").format(
                    **values
                )
            )
    return sentences


def _sum(inputs: Sequence[HealthInput], say: Say) -> str:
    known = [item for item in inputs if item.score is not None]
    points = _printed(known)
    parts = " + ".join(f"{say(LABELS[item.name])} {value}" for item, value in zip(known, points, strict=True))
    return f"{parts} = {sum(points, Decimal(0))}."


def _missing(inputs: Sequence[HealthInput], coverage: Decimal, sentence: str, say: Say) -> list[str]:
    names = [say(LABELS[item.name]) for item in inputs if item.score is None]
    return [sentence.format(inputs=", ".join(names), known=_percent(coverage))] if names else []


def _fact(item: HealthInput, say: Say) -> str:
    assert item.value is not None
    if item.name == "payment":
        return _days(
            item.value, say("no invoice is past due"), say("the oldest open invoice is 1 day past due"),
            say("the oldest open invoice is {days} days past due"),
        )  # fmt: skip
    if item.name == "engagement":
        return _days(
            item.value, say("the client was heard of on the day"), say("the client was last heard of 1 day before"),
            say("the client was last heard of {days} days before"),
        )  # fmt: skip
    if item.name == "commercial":
        return _growth(item.value, say)
    sentence = {
        "delivery": say("{share} % of what was due in 90 days was on time"),
        "support": say("first answers in time in 90 days, less 5 points for each reopened ticket, come to {share} %"),
        "sentiment": say("{share} % of the ratings are satisfied, recent ones weighing more"),
    }[item.name]
    return sentence.format(share=_percent(item.value))


def _days(days: Decimal, none: str, one: str, many: str) -> str:
    return none if days == 0 else one if days == 1 else many.format(days=f"{days:f}")


def _growth(change: Decimal, say: Say) -> str:
    if change == 0:
        return say("it is what it was 90 days before")
    sentence = (
        say("it is {share} % more than 90 days before")
        if change > 0
        else say("it is {share} % less than 90 days before")
    )
    return sentence.format(share=_percent(abs(change)))


def _printed(known: Sequence[HealthInput]) -> list[Decimal]:
    """Contributions in tenths, as steps of their rounded running sum."""
    return _steps([item.contribution or Decimal(0) for item in known])


def _printed_whole(known: Sequence[HealthInput]) -> list[Decimal]:
    """What each could give, in tenths that are never less than what it gives."""
    points = _printed(known)
    lost = _steps([item.lost or Decimal(0) for item in known])
    return [given + less for given, less in zip(points, lost, strict=True)]


def _steps(values: Sequence[Decimal]) -> list[Decimal]:
    steps, exact, printed = [], Decimal(0), Decimal(0)
    for value in values:
        exact += value
        steps.append(_rounded(exact) - printed)
        printed = _rounded(exact)
    return steps


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_TENTH, ROUND_HALF_EVEN)


def _tenths(value: Decimal) -> str:
    return f"{_rounded(value):f}"


def _percent(share: Decimal) -> str:
    percent = (share * 100).quantize(_TENTH, ROUND_HALF_EVEN)
    return f"{percent.normalize():f}"
