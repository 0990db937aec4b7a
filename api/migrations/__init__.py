"""The schema: Alembic versions, row security, the lake's publication and grants."""

from api.migrations.publication import sync_publication
from api.migrations.upgrade import upgrade

__all__ = ["sync_publication", "upgrade"]
