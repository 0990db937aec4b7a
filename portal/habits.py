"""Languages and time zones to choose from."""

from functools import cache
from zoneinfo import available_timezones

from imisofts.languages import NAMES
from portal.lists import Choice


def language_choices() -> tuple[Choice, ...]:
    """Every language of the portal, each in its own words."""
    return tuple(Choice(code, name) for code, name in NAMES.items())


@cache
def zone_choices() -> tuple[Choice, ...]:
    """The time zones of the world by continent and place, without the names that only machines use."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/")))
    return tuple(Choice(name, name.replace("_", " ").replace("/", " / ")) for name in ("UTC", *places))
