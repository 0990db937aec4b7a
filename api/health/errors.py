"""What may go wrong with weights."""

from api.kit.errors import Malformed


class NothingWeighs(Malformed):
    """Weights that are all 0 make no score."""

    code = "nothing_weighs"
