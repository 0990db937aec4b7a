"""Why a deletion cannot be undone."""

from api.kit.errors import Conflict


class PlaceTaken(Conflict):
    """What the row belonged to is gone, or something else has its key by now."""

    code = "place_taken"
