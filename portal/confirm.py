"""The page between a button and what it cannot take back: what will go, what stays, and a way back.

It is a page with an address, so it asks with and without scripts, and a press of Enter on the page before does nothing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One question. ``going`` and ``staying`` say in sentences what the act takes and leaves; ``back`` is the address
    of the page it was asked from, ``action`` the one that does it, ``etag`` the version that was looked at."""

    title: str
    subject: str
    going: str
    staying: str
    button: str
    icon: str
    action: str
    back: str
    etag: str
    key: str = ""
