"""Drawing reports: one of ten pages and six charts, a month's worth of them, and the same document by WeasyPrint."""

import io
import statistics
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdf

from api.jobs.worker import CONCURRENCY
from api.paper.language import Language
from api.reports import figures, pdf
from api.reports.content import content
from api.reports.figures import Frozen
from api.reports.office import Office
from api.reports.period import Period
from bench import documents
from bench.clock import timed
from bench.page import Page
from imisofts import charts, sample
from imisofts.brand import Brand
from imisofts.operator import Api, actor
from imisofts.settings import Settings
from warehouse.gateway import Gateway

PAGES, CHARTS, DRAWN = 10, 6, 200
A_RUN, A_RUN_SECONDS = 1_000, 180
WARM = 5


@dataclass(frozen=True, slots=True)
class Drawing:
    """How this agency's reports are drawn: the product's own renderer, its fonts, the agency's brand."""

    brand: Brand
    fonts: Path
    language: Language

    def draw(self, frozen: Frozen) -> bytes:
        """One PDF."""
        return pdf.build(frozen, self.brand, self.language, font_folder=self.fonts)

    def charts(self, frozen: Frozen) -> list[charts.Spec]:
        """The charts that are in it."""
        said = content(frozen, self.brand, self.language)
        blocks = [block for section in said["sections"] for block in section["blocks"]]
        return [block["chart"] for block in blocks if block["kind"] == "chart"]


def measure(settings: Settings, page: Page) -> None:
    """Needs the sample agency with its figures published."""
    with Api(settings, sample.SLUG) as api:
        brand = Brand.from_workspace(api.call("GET", "/v1/workspace"))
        clients = [UUID(row["id"]) for row in api.call("GET", "/v1/clients", params={"limit": "200"})["items"]]
        first = api.client_id(sample.REPORT_CLIENT)
    gateway = Gateway(settings)
    try:
        drawing = Drawing(brand, Office(settings, None, gateway).fonts, Language("en"))  # type: ignore[arg-type]
        frozen = {client: _frozen(settings, gateway, client) for client in clients}
    finally:
        gateway.close()
    large = _enlarged(frozen[first], drawing)
    several = [_other(large, number) for number in range(WARM + 1)]
    specs = [drawing.charts(one) for one in several]
    ours = _warm([partial(drawing.draw, one) for one in several])
    alone = _warm([partial(_svgs, drawn) for drawn in specs])
    page.add(
        f"a report of {PAGES} pages and {CHARTS} charts, drawn warm",
        f"{ours:.2f} s",
        f"{alone:.2f} s of it the charts",
        goal="≤ 0.5 s",
        met=ours <= 0.5,
    )
    documents.by_weasyprint(page, large, brand, drawing.language, drawing.fonts, ours=ours, drawing=alone)
    _a_run(page, drawing, list(frozen.values()))


def _frozen(settings: Settings, gateway: Gateway, client: UUID) -> Frozen:
    period = Period.before(datetime.now(UTC).date())
    answer = gateway.client_report(actor(settings, sample.SLUG), client, period.first, period.last)
    if answer is None:
        raise RuntimeError(f"the published data does not know client {client}")
    return figures.freeze(answer)


def _enlarged(frozen: Frozen, drawing: Drawing) -> Frozen:
    """The same report with more currencies and more invoices, until it has the pages and the charts."""
    own = frozen["currencies"][0]
    owing = {**own, "period": {**own["period"], "closing": "1200.00000000", "overdue": "200.00000000"}}
    settled = {**own, "period": {**own["period"], "closing": "0.00000000", "overdue": "0.00000000"}}
    rows = own["issued_invoices"] or own["open_invoices"]
    if not rows:
        raise RuntimeError("the sample's report has no invoice")
    for count in range(40, 600, 10):
        long = {"issued_invoices": [rows[n % len(rows)] for n in range(count)]}
        money = [{**owing, **long, "currency": "EUR"}, {**owing, "currency": "USD"}, {**settled, "currency": "CHF"}]
        large = {**frozen, "currencies": money}
        if len(drawing.charts(large)) != CHARTS:
            raise RuntimeError(f"the report has {len(drawing.charts(large))} charts and not {CHARTS}")
        if _pages(drawing.draw(large)) == PAGES:
            return large
    raise RuntimeError(f"no number of invoices makes {PAGES} pages")


def _other(frozen: Frozen, number: int) -> Frozen:
    """A report of the same length about other invoices: Typst remembers what it has just set, and nobody's reports are
    equal. ``number`` has one digit."""
    money = [{**one, "issued_invoices": [_other_row(row, number) for row in one["issued_invoices"]]}
             for one in frozen["currencies"]]  # fmt: skip
    return {**frozen, "currencies": money}


def _other_row(row: dict[str, Any], number: int) -> dict[str, Any]:
    dated = [name for name in ("issued_on", "due_on") if row[name]]
    days = {name: str(date.fromisoformat(row[name]) + timedelta(number)) for name in dated}
    sums = {name: str(Decimal(row[name]) + Decimal(number) / 100) for name in ("total", "open")}
    return {**row, **days, **sums, "number": f"{number}{(row['number'] or ' ')[1:]}"}


def _svgs(specs: list[charts.Spec]) -> list[str]:
    return [charts.svg(spec) for spec in specs]


def _pages(document: bytes) -> int:
    return len(pypdf.PdfReader(io.BytesIO(document)).pages)


def _warm(drawings: list[Callable[[], Any]]) -> float:
    """Median seconds of all but the first, which loads everything."""
    spent = []
    for number, draw in enumerate(drawings):
        with timed() as one:
            draw()
        if number:
            spent.append(one.wall)
    return statistics.median(spent)


def _a_run(page: Page, drawing: Drawing, reports: list[Frozen]) -> None:
    """The sample's own reports of last month over and over, in as many threads as the job worker has."""
    with timed() as spent, ThreadPoolExecutor(CONCURRENCY) as pool:
        sizes = list(pool.map(lambda n: len(drawing.draw(reports[n % len(reports)])), range(DRAWN)))
    whole = spent.wall * A_RUN / DRAWN
    page.add(
        f"{A_RUN:,} reports of an ordinary month, drawn",
        f"{whole:.0f} s",
        f"{DRAWN} drawn by one worker, the time of {A_RUN:,} by proportion; {DRAWN / spent.cpu:.1f} a CPU second,"
        f" {sum(sizes) / DRAWN / 1000:.0f} kB each",
        goal=f"≤ {A_RUN_SECONDS} s",
        met=whole <= A_RUN_SECONDS,
    )
