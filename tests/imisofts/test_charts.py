"""Charts of any metric: what is drawn where, what is said in words, and a sentence where there is nothing to draw."""

import math
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import vl_convert

from imisofts import charts
from imisofts.charts import Bar, Cell, Look, Point, Spec, Step
from imisofts.settings import PROJECT_ROOT

LOOK = Look()
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def values(spec: Spec) -> list[dict[str, object]]:
    found: list[dict[str, object]] = spec["data"]["values"]
    return found


def words(spec: Spec) -> str:
    """The chart compiles, and says this to those who do not see it."""
    assert charts.svg(spec).startswith("<svg")
    return str(spec["description"])


def test_a_bridge_hands_its_height_over_from_step_to_step() -> None:
    steps = [
        Step("Opening", Decimal(100), "total", "€100"),
        Step("New", Decimal(30), "up", "€30"),
        Step("Churned", Decimal(50), "down", "€50"),
        Step("Closing", Decimal(80), "total", "€80"),
    ]
    spec = charts.waterfall(steps, LOOK, "EUR")
    assert [(step["low"], step["high"]) for step in values(spec)] == [(0, 100), (100, 130), (80, 130), (0, 80)]
    assert [step["short"] for step in values(spec)] == ["€100", "+€30", "−€50", "€80"]
    assert words(spec) == "Waterfall chart. Opening: €100; New: €30; Churned: −€50; Closing: €80."


def test_compared_ranges_and_running_periods_are_marked() -> None:
    points = [
        Point(MARCH, "MRR", 3.0, "€3"),
        Point(APRIL, "MRR", 5.0, "€5", incomplete=True),
        Point(APRIL, "MRR, before", 2.0, "€2", compared=True, told="April 2025"),
    ]
    for spec in (charts.lines(points, LOOK, goal=("Goal", 4.0)), charts.columns(points, LOOK)):
        told = [(value["when"], value["incomplete"], value["compared"]) for value in values(spec)]
        assert told == [("March 2026", False, False), ("April 2026 (so far)", True, False), ("April 2025", False, True)]
        assert "MRR: €3 at first, €5 at last." in words(spec)
        assert "The last period is not complete" in words(spec)
    assert "Goal" in charts.svg(charts.lines(points, LOOK, goal=("Goal", 4.0)))


def test_two_bars_of_one_name_stay_apart() -> None:
    spec = charts.bars([Bar("Site", 0.5, "50 %"), Bar("Site", 1.2, "120 %", "bad")], LOOK, goal=("Budget", 1.0))
    assert len({value["place"] for value in values(spec)}) == 2
    assert words(spec) == "Bar chart of 2 rows. Site: 50 %; Site: 120 %."


def test_a_heat_table_marks_more_than_full_and_leaves_nothing_blank_as_zero() -> None:
    cells = [Cell("Ada", "w1", "1 Jun", 1.1, "110%", "Ada: 110 %"), Cell("Ada", "w2", "8 Jun", None, "", "Ada: –")]
    spec = charts.heat(cells, LOOK)
    assert [(value["share"], value["over"]) for value in values(spec)] == [(1.1, True), (None, False)]
    assert words(spec).endswith("The most: Ada: 110 %.")


@pytest.mark.parametrize(
    "spec",
    [
        charts.lines([Point(MARCH, "NRR", None, "–")], LOOK),
        charts.columns([Point(MARCH, "New", 0.0, "€0")], LOOK),
        charts.waterfall([Step("Opening", Decimal(0), "total", "€0")], LOOK, "EUR"),
        charts.heat([Cell("Ada", "w1", "1 Jun", None, "", "")], LOOK),
        charts.bars([], LOOK),
    ],
)
def test_too_little_data_is_said_in_place_of_a_chart(spec: Spec) -> None:
    assert values(spec) == [{"text": words(spec)}]


@pytest.mark.parametrize("width", [180, 260, 640])
def test_figures_behind_bars_and_legends_fit_at_any_width(width: int) -> None:
    """The specification's own expressions, as Vega works them out for a phone and for a desk."""

    def at(expression: str) -> float:
        return float(eval(expression, {"max": max, "min": min, "floor": math.floor, "width": width}))

    rows = [{"age_bucket": age, "value": Decimal("1234567.89")} for age in charts.AGE_BUCKETS]
    length = charts.receivables_by_age(rows, LOOK, "EUR")["layer"][0]["encoding"]["x"]
    drawn = 1234567.89 / at(length["scale"]["domainMax"]["expr"]) * width
    assert drawn + 6 + 7 * len("€1,234,567.89") <= width
    assert drawn > width / 5
    names = ("Client work of available hours", "Utilization", "Billable of worked hours")
    points = [Point(date(2026, 1, 1), name, 0.5, "50 %") for name in names]
    legend = charts.lines(points, LOOK)["layer"][0]["encoding"]["color"]["legend"]
    beside = at(legend["columns"]["expr"])
    assert beside == 1 or beside * (7 * len(names[0]) + 24) <= width
    assert (beside > 1) == (width == 640)


MONEY = [
    {"period": MARCH, "invoiced": Decimal(9000), "collected": Decimal(-40), "incomplete": False},
    {"period": APRIL, "invoiced": Decimal(7000), "collected": Decimal(3000), "incomplete": True},
]
POINTS = [Point(MARCH, "MRR", 3.0, "€3"), Point(APRIL, "MRR", 5.0, "€5", incomplete=True)]


@pytest.mark.parametrize(
    "spec",
    [
        charts.invoiced_and_collected(MONEY, LOOK, "EUR"),
        charts.receivables_by_age([{"age_bucket": "1-30", "value": Decimal(5)}], LOOK, "EUR"),
        charts.hours_against_budget([{"project": "Site", "earlier": 1, "hours": 2, "budget": 4}], LOOK, period="March"),
        charts.lines(POINTS, LOOK, goal=("Goal", 4.0)),
        charts.columns(POINTS, LOOK, stacked=True),
        charts.bars([Bar("Site", 0.5, "50 %")], LOOK, goal=("Budget", 1.0)),
        charts.heat([Cell("Ada", "w1", "1 Jun", 1.1, "110%", "Ada: 110 %")], LOOK),
        charts.waterfall([Step("Opening", Decimal(100), "total", "€100")], LOOK, "EUR"),
    ],
)
def test_what_a_drawing_leaves_out_was_not_to_be_seen(spec: Spec) -> None:
    drawn = charts.svg(spec)
    whole = vl_convert.vegalite_to_svg({**spec, "width": 640})
    assert len(drawn) < len(whole)
    assert vl_convert.svg_to_png(drawn, scale=2) == vl_convert.svg_to_png(whole, scale=2)


def test_bars_side_by_side_are_one_shape_each() -> None:
    assert charts.svg(charts.invoiced_and_collected(MONEY, LOOK, "EUR")).count("clip-path") == 0


def test_a_chart_is_drawn_alike_whatever_fonts_the_machine_has(tmp_path: Path) -> None:
    """The look names Inter: on a machine that has it, axes and labels would stand elsewhere."""
    fonts = PROJECT_ROOT / "portal" / "node_modules" / "@expo-google-fonts" / "inter"
    if not fonts.is_dir():
        pytest.skip("the portal's packages are not installed: there is no font to have")
    installed = tmp_path / "fonts.conf"
    installed.write_text(f"<fontconfig><dir>{fonts}</dir></fontconfig>")
    spec = "charts.columns([charts.Point(date(2026, 3, 1), 'Revenue', 3.0, '3')], charts.Look(), unit='Thousands')"
    program = f"from datetime import date; from imisofts import charts; print(charts.svg({spec}))"
    other = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "FONTCONFIG_FILE": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    here = charts.svg(charts.columns([Point(MARCH, "Revenue", 3.0, "3")], Look(), unit="Thousands"))
    assert other.stdout.strip() == here
