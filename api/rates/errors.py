"""What may go wrong with an exchange rate."""

from api.kit.errors import Conflict, Malformed


class RateTaken(Conflict):
    """A pair of currencies has one rate a day."""

    code = "exchange_rate_taken"


class BadPair(Malformed):
    """A currency has no rate against itself."""

    code = "bad_currency_pair"
