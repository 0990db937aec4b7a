"""Identifiers."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A UUIDv7: grows with time, so that keys stay close together on disk, and tells no volume."""
    return UUID(int=uuid_utils.uuid7().int)
