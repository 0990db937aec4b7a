"""The fixtures themselves: clones are apart, migrated, and carry the database's own settings."""

from collections.abc import Callable

import psycopg

from imisofts.settings import Settings


def test_clones_are_apart_and_migrated(settings: Settings, make_settings: Callable[[], Settings]) -> None:
    first, second = make_settings(), make_settings()
    urls = {settings.app_database_url, first.app_database_url, second.app_database_url}
    assert len(urls) == 3
    tables = []
    for url in urls:
        with psycopg.connect(url) as connection:
            tables.append(
                connection.execute(
                    "select count(*), current_setting('search_path') from pg_tables where schemaname = 'public'"
                ).fetchone()
            )
    assert len(set(tables)) == 1


def test_the_lake_of_a_clone_is_empty(fresh_settings: Settings) -> None:
    with psycopg.connect(fresh_settings.lake_catalog_url) as connection:
        found = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    assert found == (0,)
