"""What holds where a workspace has set nothing; the policy of the figures says the same, and a test compares."""

from typing import Final

OPENING_HOURS: Final = tuple((weekday, 9 * 60, 17 * 60) for weekday in range(5))
"""Weekday (0 is Monday), first and last minute since midnight: Monday to Friday, nine to five."""

SLA_MINUTES: Final = {"urgent": (60, 480), "high": (240, 960), "normal": (480, 2400), "low": (960, 4800)}
"""Business minutes until the first answer and until the resolution, by priority."""
