"""Durations as people type them; the API speaks whole minutes."""

import re
from decimal import Decimal

from portal.pages.invoice_forms import decimal_of

_CLOCK = re.compile(r"^(\d{1,5}):([0-5]?\d)$")
_WORDS = re.compile(r"^(?:(\d+)\s*h)?\s*(?:(\d+)\s*m(?:in)?)?$", re.IGNORECASE)


def minutes_of(text: str) -> int | None:
    """``1:30``, ``1.5``, ``1,5``, ``1h 30m`` or ``90 min`` as minutes; None for anything else or a part of a minute."""
    bare = text.strip()
    if found := _CLOCK.match(bare):
        return int(found[1]) * 60 + int(found[2])
    if bare and (found := _WORDS.match(bare)):
        return int(found[1] or 0) * 60 + int(found[2] or 0)
    number = decimal_of(bare)
    if number is None or number < 0 or number > 100_000:
        return None
    minutes = number * 60
    return int(minutes.to_integral_value()) if abs(minutes - minutes.to_integral_value()) < Decimal("0.5") else None
