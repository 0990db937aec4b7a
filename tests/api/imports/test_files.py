"""Files as people have them: other delimiters, encodings, locales, Excel and Parquet, whatever their name says."""

import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import polars
import pytest

from api.imports import files, reading
from api.imports.schemas import ImportOptions, Kind, Locale

Call = Callable[..., Any]
COLUMNS = ["external_id", "person", "date", "hours", "billable"]
ROWS: list[list[Any]] = [
    ["1001", "ada", date(2026, 10, 31), 7.5, True],
    ["1002", "ada", date(2026, 11, 1), 0.25, False],
]


def workbook(*sheets: tuple[str, Sequence[Sequence[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def parquet(rows: list[list[Any]]) -> bytes:
    content = io.BytesIO()
    polars.DataFrame(rows, schema=COLUMNS, orient="row").write_parquet(content)
    return content.getvalue()


def read(content: bytes, **options: Any) -> reading.Parsed:
    chosen = ImportOptions(**options)
    return reading.read(Kind.time_entries, "f", files.split(content, chosen.sheet), chosen)


def plain(parsed: reading.Parsed) -> list[tuple[Any, ...]]:
    assert parsed.errors == []
    return [tuple(row[name] for name in COLUMNS) for row in parsed.rows]


WANTED = [("1001", "ada", date(2026, 10, 31), 450, True), ("1002", "ada", date(2026, 11, 1), 15, False)]
CSV = "external_id,person,date,hours,billable\n1001,ada,2026-10-31,7.5,yes\n1002,ada,2026-11-01,0.25,no\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_csv_file_is_read_whatever_its_delimiter_encoding_and_line_ends(
    delimiter: str, encoding: str, ending: str
) -> None:
    text = CSV.replace("ada", "Zoë").replace(",", delimiter).replace("\n", ending)
    assert plain(read(text.encode(encoding))) == [(row[0], "Zoë", *row[2:]) for row in WANTED]


def test_a_file_that_is_not_utf_8_says_how_it_was_read() -> None:
    (note,) = read(CSV.replace("ada", "Zoë").encode("latin-1")).notes
    assert note.startswith("line 2 is not UTF-8")


def test_commas_in_the_values_do_not_decide_the_delimiter() -> None:
    text = "external_id;person;date;hours\n1;a, b, c;31.10.2026;7,5\n2;a, b, c;01.11.2026;1.234,5\n"
    rows = read(text.encode(), locale="de").rows
    assert [(row["date"].isoformat(), row["hours"], row["person"]) for row in rows] == [
        ("2026-10-31", 450, "a, b, c"),
        ("2026-11-01", 74070, "a, b, c"),
    ]


@pytest.mark.parametrize(
    ("locale", "day", "number"),
    [
        (None, "2026-10-03", "1234.5"),
        ("de", "03.10.2026", "1.234,5"),
        ("de_CH", "3.10.2026", "1'234.5"),
        ("en_GB", "03/10/2026", "1,234.5"),
        ("en_US", "10/03/2026", "1,234.5"),
        ("fr", "03/10/2026", "1\u202f234,5"),
        ("sv", "2026-10-03", "1 234,5"),
    ],
)
def test_numbers_and_dates_are_read_as_the_declared_locale_writes_them(
    locale: str | None, day: str, number: str
) -> None:
    text = f"external_id|person|date|hours\n1|a|{day}|{number}\n"
    (row,) = read(text.encode(), locale=locale).rows
    assert (row["date"], row["hours"]) == (date(2026, 10, 3), 74070)


@pytest.mark.parametrize(
    ("locale", "day", "number", "wrong"),
    [
        (None, "03.10.2026", "1.5", "date"),
        (None, "2026-10-03", "1,5", "hours"),
        ("de", "10/31/2026", "1,5", "date"),
        ("de", "03.10.2026", "1234.5", "hours"),
        ("de", "03.10.26", "1", "date"),
        ("en_US", "31/10/2026", "1", "date"),
        ("en_GB", "03/10/2026", "1.234,5", "hours"),
    ],
)
def test_what_the_locale_does_not_write_is_refused_never_guessed(
    locale: str | None, day: str, number: str, wrong: str
) -> None:
    (error,) = read(f"external_id|person|date|hours\n1|a|{day}|{number}\n".encode(), locale=locale).errors
    assert error.column == wrong


def test_every_locale_has_its_habits() -> None:
    for locale in Locale:
        read(CSV.encode(), locale=locale)


def test_a_workbook_gives_its_first_sheet_or_the_one_named_and_types_need_no_locale() -> None:
    content = workbook(("Hours", [[], COLUMNS, *ROWS, [None] * 5]), ("Other", [COLUMNS, *ROWS[:1]]))
    assert plain(read(content)) == WANTED
    assert plain(read(content, locale="de")) == WANTED
    assert [row["line"] for row in read(content).rows] == [3, 4]
    assert plain(read(content, sheet="Other")) == WANTED[:1]
    with pytest.raises(files.UnreadableFileError, match="Hours, Other"):
        read(content, sheet="Third")
    with pytest.raises(files.UnreadableFileError, match="only an Excel file"):
        read(CSV.encode(), sheet="Hours")


def test_cells_of_a_workbook_mean_what_they_hold() -> None:
    assert [files.words(cell) for cell in (1001.0, 0.1 + 0.2, datetime(2026, 1, 1), None)] == [  # noqa: DTZ001
        "1001",
        "0.3",
        "2026-01-01",
        "",
    ]


def test_a_parquet_file_gives_its_types() -> None:
    assert plain(read(parquet(ROWS))) == WANTED
    decimals = [[row[0], row[1], row[2], Decimal(str(row[3])), row[4]] for row in ROWS]
    assert plain(read(parquet(decimals), locale="de")) == WANTED


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 no zip", b"PAR1 no parquet", b"%PDF-1.7", b"\xd0\xcf\x11\xe0", b" \n"]
)
def test_what_is_no_such_file_says_so(content: bytes) -> None:
    with pytest.raises(files.UnreadableFileError):
        read(content)


def test_excel_and_parquet_go_in_by_content_under_any_name(upload: Call) -> None:
    done = upload("time-entries", workbook(("Hours", [COLUMNS, *ROWS])), name="hours.csv", create_missing=True)
    assert (done["status"], done["result"]["created"]) == ("done", 2), done["result"]
    again = upload("time-entries", parquet(ROWS), name="hours.xlsx")
    assert again["result"]["unchanged"] == 2
    assert upload("time-entries", CSV, name="hours")["result"]["unchanged"] == 2
