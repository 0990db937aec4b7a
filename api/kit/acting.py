"""What a verb needs besides who acts, on what, and its body."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response

from api.kit.clock import AppClock
from api.kit.database import WriteSession
from api.kit.idempotency import IdempotencyKey


@dataclass(frozen=True, slots=True)
class Act:
    """One request that writes: its transaction, the clock that says which day it is, the heads of its answer, and the
    key under which it is not carried out twice."""

    session: WriteSession
    clock: AppClock
    response: Response
    key: IdempotencyKey = None


Acting = Annotated[Act, Depends()]
"""An :class:`Act`, as a route's parameter."""
