"""dlt's `sql_database` loads one table into a DuckDB file; `RIVAL_BACKEND` says how it reads, the rest is as it comes.

A program of its own, run by the peers' Python: it knows nothing of the product.
"""

import json
import os
import resource
import time

import dlt
from dlt.sources.sql_database import sql_table


def _cpu() -> float:
    """CPU seconds of this process and of those it started and has seen end."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Print seconds, CPU seconds and the rows that arrived."""
    table = os.environ["RIVAL_TABLE"]
    pipeline = dlt.pipeline("rival", destination=dlt.destinations.duckdb("rival.duckdb"), dataset_name="raw")
    started, cpu = time.perf_counter(), _cpu()
    source = sql_table(
        credentials=os.environ["RIVAL_SOURCE"], table=table, schema="public", backend=os.environ["RIVAL_BACKEND"]
    )
    pipeline.run(source, write_disposition="replace")
    spent = {"seconds": time.perf_counter() - started, "cpu": _cpu() - cpu}
    with pipeline.sql_client() as client:
        rows = client.execute_sql(f"select count(*) from {table}")
    print(json.dumps({**spent, "rows": rows[0][0] if rows else 0}))


if __name__ == "__main__":
    main()
