"""What an agency in its third year meets: the sample agency's reports, its pages, and how late its figures are."""

from collections.abc import Callable
from datetime import UTC, datetime

from bench import freshness, lighthouse, portal, reports
from bench.page import Page
from imisofts import sample
from imisofts.cli.house import open_house
from imisofts.settings import Settings
from warehouse import pipeline


def measure(page: Page) -> None:
    """In a sandbox of its own; the last of them writes over the sample's figures."""
    parts: tuple[tuple[str, Callable[[Settings, Page], None]], ...] = (
        ("reports", reports.measure),
        ("portal pages", portal.measure),
        ("Lighthouse", lighthouse.measure),
        ("freshness", freshness.measure),
    )
    with open_house() as settings:
        with page.tried("the sample agency"):
            _make(settings)
        for name, part in parts:
            with page.tried(name):
                part(settings, page)


def _make(settings: Settings) -> None:
    with open_house(jobs=True):
        sample.create(settings, datetime.now(UTC).date())
    if not pipeline.run(settings).published:
        raise RuntimeError("the sample's figures were not published")
