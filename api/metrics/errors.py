"""The gateway's refusals as problems."""

from api.kit.errors import ApiError, Conflict, Malformed, NotFound
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


_KINDS: dict[type[GatewayError], type[ApiError]] = {
    UnknownMetric: NoSuchMetric,
    UnknownDimension: NoSuchDimension,
    NothingPublished: NoFigures,
}


def problem(error: GatewayError) -> ApiError:
    """The problem that says the same sentence."""
    return _KINDS.get(type(error), BadQuestion)(str(error))
