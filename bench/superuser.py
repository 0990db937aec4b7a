"""A connection to the product's database that may do what no role of the product may."""

from typing import Any
from urllib.parse import urlsplit

import psycopg

from imisofts.services import postgres
from imisofts.settings import Settings


def connect(settings: Settings, *, autocommit: bool = False) -> psycopg.Connection[tuple[Any, ...]]:
    """For measurements alone: to analyze every table at once, or to write past triggers."""
    url = urlsplit(postgres.superuser_url(settings))._replace(path=urlsplit(settings.owner_database_url).path).geturl()
    return psycopg.connect(url, autocommit=autocommit)
