"""`python -m bench.rerun`: a small Streamlit page of what was invoiced by month, in a range that its viewer moves.

A process of its own for each way, so that its memory can be told. Streamlit's own test runner runs the page.
"""

import json
import os
import statistics

from streamlit.testing.v1 import AppTest

from bench.clock import timed

RERUNS = 7


def by_gateway() -> None:
    """As the console does it: the question goes to the lake, a dozen rows come back."""
    import os
    from datetime import date
    from decimal import Decimal

    import streamlit as st

    from console import queries
    from imisofts.operator import actor
    from imisofts.settings import load
    from warehouse.gateway import MetricQuery

    workspace = os.environ["RERUN_WORKSPACE"]
    who = st.cache_resource(actor)(load(), workspace)
    month = int(st.number_input("From month", 1, 12, 1))
    question = MetricQuery("invoiced", date(2011, month, 1), date(2011, 11, 30))
    rows = queries.gateway().metric(who, question).rows
    st.session_state["answer"] = str(sum(row.value or Decimal(0) for row in rows))
    st.table([{"month": row.period, "invoiced": row.value} for row in rows])


def by_frame() -> None:
    """As one would write it first: the mart in a cached frame, filtered and grouped at each rerun."""
    from datetime import date
    from decimal import Decimal

    import pandas as pd
    import streamlit as st

    from imisofts.settings import load
    from warehouse import lake

    @st.cache_data
    def invoices() -> pd.DataFrame:
        with lake.connect(load()) as connection:
            text = "invoice_id::varchar as invoice_id, client_id::varchar as client_id"
            text += ", workspace_id::varchar as workspace_id"
            return connection.execute(f"select * replace ({text}) from lake.marts.fct_invoices").df()

    month = int(st.number_input("From month", 1, 12, 1))
    frame = invoices()
    first, last = pd.Timestamp(date(2011, month, 1)), pd.Timestamp(date(2011, 11, 30))
    chosen = frame[(frame["issued_on"] >= first) & (frame["issued_on"] <= last) & frame["voided_on"].isna()]
    found = chosen.groupby([chosen["issued_on"].dt.to_period("M"), "currency"])["total"].sum().reset_index()
    st.session_state["answer"] = str(Decimal(str(round(float(found["total"].sum()), 2))))
    st.table(found.astype(str))


def main() -> None:
    """Print the median seconds of a rerun, its CPU seconds, the answer, and the process' memory in megabytes."""
    page = AppTest.from_function(by_gateway if os.environ["RERUN_WAY"] == "gateway" else by_frame, default_timeout=90)
    page.run()
    if page.exception:
        raise RuntimeError(page.exception[0].message)
    spent = []
    for number in range(RERUNS):
        with timed() as one:
            page.number_input[0].set_value(2 + number).run()  # a question that was not asked before: none is remembered
        spent.append(one)
    found = {"seconds": statistics.median(one.wall for one in spent), "cpu": statistics.median(o.cpu for o in spent)}
    answer = float(page.session_state["answer"])
    print(json.dumps({**found, "answer": round(answer, 2), "memory": _megabytes()}))


def _megabytes() -> float:
    """The most memory that the process ever had, as the kernel keeps it for this program alone."""
    with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123 - no path of ours
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    main()
