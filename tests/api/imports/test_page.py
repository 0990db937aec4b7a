"""The page about importing says what the code does, and so does the command's help."""

from typer.testing import CliRunner

from api.imports.kinds import SUBJECTS
from imisofts.cli import app
from tests.api.imports import page


def test_the_page_is_up_to_date() -> None:
    assert page.written() == page.kinds(), "python -m tests.api.imports.page"


def test_help_names_every_kind_with_its_fields() -> None:
    shown = " ".join(CliRunner().invoke(app, ["import", "--help"], env={"COLUMNS": "400"}).output.split())
    for subject in SUBJECTS.values():
        assert subject.usage in shown, subject.kind
