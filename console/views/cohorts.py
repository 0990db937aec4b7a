"""Which clients came back, by the month of their first invoice."""

from datetime import date

from console import drill, exports, figures, language, queries
from console.language import tell as _
from console.panels import Panel
from console.reading import Reading
from imisofts import charts
from warehouse.gateway import MetricAnswer, MetricQuery


def panel(reading: Reading) -> Panel:
    """All cohorts there are: a range would cut their stories."""
    where = reading.query("cohort_active_clients").where
    query = MetricQuery("cohort_active_clients", by=("cohort", "month_number"), where=where)
    answer = queries.metric(reading.viewer, reading.publication.id, query)
    rows = cohort_rows(answer)
    clients = sum(int(str(row["clients"])) for row in rows if row["month_number"] == 0)
    return Panel(
        question=_("Do clients come back?"),
        answer=_(
            "{clients} clients, grouped by the month of their first invoice; a cell is the share active later.",
            clients=language.whole(clients),
        )
        + ("" if clients >= 20 else " " + _("With n = {clients} a single client moves much.", clients=clients)),
        chart=charts.cohort_retention(rows, figures.look(reading.viewer)),
        table=cohort_table(rows),
        export=exports.answer_rows(answer),
        metrics=(answer.definition,),
        behind=drill.of(
            reading,
            [answer],
            splits=(_months(rows), drill.split(answer, "month_number", "month_number")),
            span=(date.min, reading.publication.data_on),
        ),
    )


def _months(rows: list[dict[str, object]]) -> drill.Split:
    """The cohorts, which the chart calls by the first day of their month."""
    return drill.Split("cohort", {f"{row['cohort']:%Y-%m}": f"{row['cohort']}" for row in rows}, "cohort")


def cohort_rows(answer: MetricAnswer) -> list[dict[str, object]]:
    """Rows of the heatmap."""
    return [
        {
            "cohort": date.fromisoformat(f"{str(row.dimensions['cohort'])[:7]}-01"),
            "month_number": int(str(row.dimensions["month_number"])),
            "clients": int(row.value or 0),
            "incomplete": row.incomplete,
        }
        for row in answer.rows
    ]


def cohort_table(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """A line per cohort, a column per month since: active clients, blank where that month has not begun."""
    lines: dict[str, dict[str, object]] = {}
    for row in sorted(rows, key=lambda row: (str(row["cohort"]), int(str(row["month_number"])))):
        cohort = f"{row['cohort']:%Y-%m}"
        lines.setdefault(cohort, {_("cohort"): cohort})[f"{row['month_number']}"] = row["clients"]
    return list(lines.values())
