"""dlt's `pg_replication`, from a checkout of its verified sources, drains one slot into a DuckDB file.

A program of its own, run by the peers' Python: it knows nothing of the product.
"""

import json
import os
import resource
import time

import dlt
from dlt.sources.credentials import ConnectionStringCredentials
from pg_replication import replication_resource


def _cpu() -> float:
    """CPU seconds of this process and of those it started and has seen end."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Print seconds, CPU seconds and the rows that arrived."""
    table = os.environ["RIVAL_TABLE"]
    pipeline = dlt.pipeline("rival", destination=dlt.destinations.duckdb("rival.duckdb"), dataset_name="raw")
    started, cpu = time.perf_counter(), _cpu()
    credentials = ConnectionStringCredentials(os.environ["RIVAL_SOURCE"])
    pipeline.run(replication_resource(os.environ["RIVAL_SLOT"], "imisofts_lake", credentials))
    spent = {"seconds": time.perf_counter() - started, "cpu": _cpu() - cpu}
    with pipeline.sql_client() as client:
        rows = client.execute_sql(f"select count(*) from {table}")
    print(json.dumps({**spent, "rows": rows[0][0] if rows else 0}))


if __name__ == "__main__":
    main()
