"""Loads DuckDB's extensions from the files inside their wheels, so that a build never asks a network for them."""

from importlib.metadata import files
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

WHEELS = ("duckdb-extension-postgres-scanner", "duckdb-extension-ducklake", "duckdb-extension-httpfs")


class Plugin(BasePlugin):
    """Runs once per DuckDB instance, before the lake is attached."""

    def configure_connection(self, conn: Any) -> None:
        """Switch off every way of fetching an extension, then load ours by path."""
        conn.execute("set autoinstall_known_extensions = false")
        conn.execute("set autoload_known_extensions = false")
        for wheel in WHEELS:
            for file in files(wheel) or ():
                if file.suffix == ".duckdb_extension":
                    conn.load_extension(str(file.locate()))
