"""The gateway's refusals as problems."""

from typing import ClassVar

from api.kit.errors import ApiError, Conflict, Malformed, NotFound
from warehouse import gateway
from warehouse.gateway import GatewayError, NothingPublished, UnknownDimension, UnknownMetric


class NoSuchMetric(NotFound):
    """Unknown, or not for this caller: both answer alike."""

    code = "unknown_metric"


class NoSuchDimension(Malformed):
    """The metric cannot be split or narrowed that way."""

    code = "unknown_dimension"


class BadQuestion(Malformed):
    """The range, the grain or a parameter makes no sense."""

    code = "bad_question"


class NoFigures(Conflict):
    """Nothing has been published yet."""

    code = "nothing_published"


class BeingPrepared(Conflict):
    """What was known then is built first; asked again, the same question is answered."""

    code = "being_prepared"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "10"}


class NotKnown(Conflict):
    """What was recorded by then does not pass the checks of today's figures."""

    code = "not_known"


_KINDS: dict[type[GatewayError], type[ApiError]] = {
    UnknownMetric: NoSuchMetric,
    UnknownDimension: NoSuchDimension,
    NothingPublished: NoFigures,
    gateway.BeingPrepared: BeingPrepared,
    gateway.NotKnown: NotKnown,
}


def problem(error: GatewayError) -> ApiError:
    """The problem that says the same sentence."""
    if isinstance(error, gateway.BadKnownAt):
        return BadQuestion(str(error), fields=[("known_at", str(error))])
    return _KINDS.get(type(error), BadQuestion)(str(error))
