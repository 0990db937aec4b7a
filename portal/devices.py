"""What a browser says it is, in words a person knows."""

_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
             ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
"""The first that is named counts: most name the one that they descend from as well."""
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux"))  # fmt: skip


def browser(user_agent: str) -> str:
    """The browser's name; empty for one that nobody knows."""
    return next((name for mark, name in _BROWSERS if mark in user_agent), "")


def system(user_agent: str) -> str:
    """The system's name; empty for one that nobody knows."""
    return next((name for mark, name in _SYSTEMS if mark in user_agent), "")


def is_handheld(user_agent: str) -> bool:
    """Whether it is a phone or a tablet."""
    return any(mark in user_agent for mark in ("iPhone", "iPad", "Android"))
