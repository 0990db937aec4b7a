"""What stands behind a figure: its rows, how many things it is made of, and the range as one period."""

from datetime import date
from decimal import Decimal

import pytest

from imisofts.access import Role
from tests.warehouse.gateway.business import actor
from tests.warehouse.gateway.lake_fixture import key
from warehouse.gateway import BadQuery, FactRows, Gateway, MetricQuery, UnknownMetric

FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))


def by_name(found: FactRows) -> list[dict[str, object]]:
    names = [column.name for column in found.columns]
    return [dict(zip(names, row, strict=True)) for row in found.rows]


def test_the_rows_behind_a_month_add_up_to_it(figures: Gateway) -> None:
    query = MetricQuery("invoiced", *FEBRUARY)
    rows = by_name(figures.rows_behind(actor("northlight"), query))
    assert [(row["number"], row["client"]) for row in rows] == [("N3", "birch"), ("N2", "acme")]
    assert sum(Decimal(str(row["total"])) for row in rows) == figures.metric(actor("northlight"), query).rows[0].value


def test_rows_that_a_figure_leaves_out_do_not_stand_behind_it(figures: Gateway) -> None:
    march = MetricQuery("invoiced", date(2026, 3, 1), date(2026, 3, 31))
    assert [row["number"] for row in by_name(figures.rows_behind(actor("northlight"), march))] == ["N5"]
    then = MetricQuery("invoiced", date(2026, 3, 1), date(2026, 3, 31), as_of=date(2026, 3, 31))
    found = by_name(figures.rows_behind(actor("northlight"), then))
    assert {row["number"] for row in found} == {"N4", "N5"}, "N4 was voided only in April"


def test_a_filter_narrows_the_rows_as_it_narrows_the_figure(figures: Gateway) -> None:
    query = MetricQuery("invoiced", *FEBRUARY, where=(("client", "ACME"),))
    assert [row["number"] for row in by_name(figures.rows_behind(actor("northlight"), query))] == ["N2"]


def test_whoever_may_not_ask_the_figure_sees_no_rows(figures: Gateway) -> None:
    margin = MetricQuery("client_margin", *FEBRUARY)
    with pytest.raises(UnknownMetric):
        figures.rows_behind(actor("northlight", Role.member), margin)
    own = actor("northlight", Role.client, frozenset({key("northlight/acme")}))
    assert [row["number"] for row in by_name(figures.rows_behind(own, MetricQuery("invoiced", *FEBRUARY)))] == ["N2"]
    with pytest.raises(UnknownMetric):
        figures.rows_behind(own, MetricQuery("hours_worked", *FEBRUARY))
    theirs = by_name(figures.rows_behind(actor("southbay"), MetricQuery("invoiced", *FEBRUARY)))
    assert [row["number"] for row in theirs] == ["S1"]


def test_a_column_whose_dimension_is_not_for_the_viewer_is_left_out(figures: Gateway) -> None:
    own = actor("northlight", Role.client, frozenset({key("northlight/acme")}))
    query = MetricQuery("tasks_completed", *FEBRUARY)
    names = [[column.name for column in figures.rows_behind(who, query).columns] for who in (actor("northlight"), own)]
    assert [("person" in columns, "project" in columns) for columns in names] == [(True, True), (False, True)]


def test_more_rows_than_asked_for_are_told(figures: Gateway) -> None:
    query = MetricQuery("invoiced", *FEBRUARY)
    found = figures.rows_behind(actor("northlight"), query, limit=1)
    assert (len(found.rows), found.more) == (1, True)
    assert not figures.rows_behind(actor("northlight"), query, limit=2).more


def test_rows_need_an_end(figures: Gateway) -> None:
    with pytest.raises(BadQuery):
        figures.rows_behind(actor("northlight"), MetricQuery("invoiced"))


def test_rows_stand_behind_every_metric(figures: Gateway) -> None:
    owner = actor("northlight")
    for metric in figures.catalogue(owner):
        assert figures.rows_behind(owner, MetricQuery(metric.name, *FEBRUARY)).columns, metric.name


def test_the_invoices_behind_what_is_owed_are_those_open_on_the_day(figures: Gateway) -> None:
    """Of each age too, by what was open then and not by what is open now."""
    owner, on = actor("northlight"), date(2026, 3, 31)
    for row in figures.metric(owner, MetricQuery("receivables", by=("age_bucket",), as_of=on)).rows:
        where = (("age_bucket", str(row.dimensions["age_bucket"])), ("currency", str(row.currency)))
        found = by_name(figures.rows_behind(owner, MetricQuery("receivables", last=on, where=where)))
        assert sum((Decimal(str(line["open"])) for line in found), Decimal(0)) == row.value, where


def test_the_range_as_one_period_counts_a_client_once(figures: Gateway) -> None:
    half = (date(2026, 1, 1), date(2026, 6, 30))
    months = figures.metric(actor("northlight"), MetricQuery("active_clients", *half)).rows
    (whole,) = figures.metric(actor("northlight"), MetricQuery("active_clients", *half, whole=True)).rows
    assert [sum(row.value or 0 for row in months), whole.value] == [6, 2]
    assert (whole.period, whole.incomplete) == (half[0], True), "June was not over"


def test_a_mean_says_of_how_many_it_is_made(figures: Gateway) -> None:
    (row,) = figures.metric(
        actor("northlight"), MetricQuery("days_to_pay", date(2026, 1, 1), date(2026, 6, 30), whole=True)
    ).rows
    settled = figures.rows_behind(actor("northlight"), MetricQuery("days_to_pay", date(2026, 1, 1), date(2026, 6, 30)))
    assert row.n == len(settled.rows) > 0
    (total,) = figures.metric(actor("southbay"), MetricQuery("invoiced", *FEBRUARY)).rows
    assert total.n is None, "a sum is made of no countable things"


def test_the_lakes_own_record_is_for_leadership_and_of_one_workspace(figures: Gateway) -> None:
    ours, theirs = (figures.record(actor(slug)) for slug in ("northlight", "southbay"))
    assert (ours.rows_by_table["invoice"], theirs.rows_by_table["invoice"]) == (8, 1)
    assert [one.id for one in ours.publications] == [1]
    assert ours.audits[0].passed
    for who in (
        actor("northlight", Role.member),
        actor("northlight", Role.client, frozenset({key("northlight/acme")})),
    ):
        with pytest.raises(UnknownMetric):
            figures.record(who)
