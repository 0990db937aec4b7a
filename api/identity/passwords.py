"""Hashing passwords: argon2id, few at once, so that sign-ins cannot take all memory and cores."""

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)
_NOBODY = _HASHER.hash("the password of an address that nobody has")


class Passwords:
    """The process' password hasher. ``work`` counts hashes, so that a test can compare paths without a stopwatch.

    Two are made at once where one process serves, one in each where there are more.
    """

    def __init__(self, processes: int = 1) -> None:
        self.work = 0
        self._few = anyio.CapacityLimiter(2 if processes == 1 else 1)

    async def hash(self, password: str) -> str:
        """The hash to store."""
        self.work += 1
        return await anyio.to_thread.run_sync(_HASHER.hash, password, limiter=self._few)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Whether ``password`` is the stored one; does the same work when there is none to compare with."""
        self.work += 1
        return await anyio.to_thread.run_sync(_verify, password, stored, limiter=self._few)

    def is_outdated(self, stored: str) -> bool:
        """Whether the stored hash was made with other parameters."""
        return _HASHER.check_needs_rehash(stored)


def _verify(password: str, stored: str | None) -> bool:
    try:
        return _HASHER.verify(stored or _NOBODY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False
