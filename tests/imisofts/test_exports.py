"""Tables as files: what a spreadsheet reads back is what was shown, and nothing in it runs."""

import io
from datetime import date
from decimal import Decimal

from openpyxl import load_workbook

from imisofts import exports

ROWS: list[dict[str, object]] = [
    {"client": "=HYPERLINK(1)", "value": Decimal("-12.40"), "on": date(2026, 6, 1), "share": None},
    {"client": "Müller\x07", "value": "1234.50", "on": date(2026, 6, 2), "share": 3, "phone": "0049301"},
]


def read_back(content: bytes) -> list[tuple[object, ...]]:
    return list(load_workbook(io.BytesIO(content)).active.values)


def test_csv_runs_nothing_and_keeps_every_digit() -> None:
    text = exports.csv(ROWS, {"client": "Client", "value": "Value"}).decode("utf-8-sig")
    assert text.splitlines() == ["Client,Value", "'=HYPERLINK(1),-12.40", "Müller\x07,1234.50"]


def test_a_workbook_has_numbers_as_numbers_and_formulas_as_text() -> None:
    head, first, second = read_back(exports.excel(ROWS))
    assert head == ("client", "value", "on", "share", "phone")
    assert first[:2] == ("=HYPERLINK(1)", -12.4)
    assert str(first[2])[:10] == "2026-06-01"
    assert second == ("Müller", 1234.5, second[2], 3, "0049301")
    sheet = load_workbook(io.BytesIO(exports.excel(ROWS))).active
    assert sheet["A2"].data_type == "s", "a formula would run"


def test_a_table_without_rows_still_has_its_head() -> None:
    assert exports.csv([], {"client": "Client"}).decode("utf-8-sig").strip() == "Client"
    assert read_back(exports.excel([], {"client": "Client"})) == [("Client",)]
    assert exports.csv([]) == "".encode("utf-8-sig")
