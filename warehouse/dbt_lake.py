"""How dbt reaches the lake: extensions from their wheels, the catalogue by its ordinary Postgres URL."""

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from warehouse import lake

EXTENSIONS = ("ducklake", "postgres_scanner", "httpfs")


class Plugin(BasePlugin):
    """Runs once per DuckDB instance, before the lake is attached."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Turn a Postgres URL into the form that DuckLake attaches; any other path stays as it is."""
        self._url: str | None = None
        for attachment in (self.creds.attach if self.creds else None) or ():
            if attachment.path.startswith(("postgresql://", "postgres://")):
                self._url = attachment.path
                attachment.path = "ducklake:postgres:" + lake.keyword_conninfo(attachment.path)
                attachment.options = {**(attachment.options or {}), "META_SECRET": lake.CATALOGUE_SECRET}

    def configure_connection(self, conn: Any) -> None:
        """Switch off fetching of extensions, load ours by path, keep to our cores, keep the catalogue's password."""
        conn.execute("set autoinstall_known_extensions = false")
        for name in EXTENSIONS:
            conn.load_extension(str(lake.extension_file(name)))
        lake.keep_to_own_cores(conn)
        if self._url is not None:
            lake.keep_password(conn, lake.CATALOGUE_SECRET, self._url)
