"""Lines of a subscription in forms: as typed, checked, and as the API takes them."""

from collections.abc import Mapping
from decimal import Decimal

from starlette.datastructures import FormData

from portal import merge_lines
from portal.door import Json
from portal.forms import Form
from portal.language import gettext as _
from portal.pages.invoice_forms import decimal_of
from portal.pages.subscriptions import LineRow
from portal.words import every_words

NEW_FIELDS = ("service_id", "description", "quantity", "unit_price", "discount_rate", "interval", "interval_count")
CHANGED_FIELDS = ("line_id", "quantity", "unit_price", "discount_rate", "interval_count", "interval")
ONCE = "once"
BLANK = {"quantity": "1", "interval": "", "interval_count": "1"}


def typed_lines(sent: FormData, prefix: str, fields: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows under ``prefix.field``, as typed and in order, or as chosen after a lost race."""
    chosen = merge_lines.sent(sent, prefix, fields)
    if chosen is not None:
        return chosen
    columns = [[str(value).strip() for value in sent.getlist(f"{prefix}.{name}")] for name in fields]
    return [dict(zip(fields, row, strict=True)) for row in zip(*columns, strict=False)]


def aligned(rows: list[dict[str, str]], stored: list[LineRow]) -> list[dict[str, str]]:
    """What is typed about each stored line, in their order; as stored where nothing is."""
    typed = {row["line_id"]: row for row in rows}
    return [typed.get(line.line_id, shown(line)) for line in stored]


def terms(row: Mapping[str, str], currency: str) -> str:
    """A typed row of a line in words."""
    named = {name: row.get(name, "") for name in CHANGED_FIELDS}
    count = int(named["interval_count"]) if named["interval_count"].isdecimal() else 1
    every = every_words(named["interval"], count)
    words = _("%(quantity)s × %(unit_price)s %(currency)s %(every)s", currency=currency, every=every,
              quantity=named["quantity"], unit_price=named["unit_price"])  # fmt: skip
    return (
        _("%(price)s less %(discount)s %%", price=words, discount=named["discount_rate"])
        if named["discount_rate"]
        else words
    )


def said(row: Mapping[str, str]) -> bool:
    """Whether anything but defaults was entered in a new line."""
    return bool(row["service_id"] or row["description"] or row["unit_price"])


def _numbers(form: Form, row: Mapping[str, str], place: str) -> tuple[Form, dict[str, str]]:
    """What was typed into a line's number fields, as the API takes it; percent become a fraction."""
    found: dict[str, str] = {}
    for name in ("quantity", "unit_price", "discount_rate"):
        if not row[name]:
            continue
        value = decimal_of(row[name])
        if value is None:
            form = form.failed(f"{place}.{name}", _("Enter a number."))
        else:
            found[name] = str(value / 100 if name == "discount_rate" else value)
    return form, found


def _count(form: Form, row: Mapping[str, str], place: str) -> tuple[Form, int]:
    if row["interval_count"] and not row["interval_count"].isdecimal():
        return form.failed(f"{place}.interval_count", _("Enter a whole number, 1 or more.")), 1
    return form, int(row["interval_count"] or 1)


def new_lines(form: Form, rows: list[dict[str, str]], prefix: str) -> tuple[Form, list[Json]]:
    """Errors by ``prefix.N.field``, and the lines for the API; what is empty comes from the service."""
    body: list[Json] = []
    for n, row in enumerate(rows):
        place = f"{prefix}.{n}"
        form, values = _numbers(form, row, place)
        form, count = _count(form, row, place)
        if not row["service_id"]:
            if not row["description"]:
                form = form.failed(f"{place}.description", _("Say what is paid for, or choose a service."))
            if not row["unit_price"]:
                form = form.failed(f"{place}.unit_price", _("Enter a price."))
        line: Json = dict(values)
        line |= {name: row[name] for name in ("service_id", "description") if row[name]}
        if row["interval"]:
            line["interval"] = None if row["interval"] == ONCE else row["interval"]
            line["interval_count"] = count
        body.append(line)
    return form, body


def changed_lines(
    form: Form, rows: list[dict[str, str]], stored: list[LineRow], removed: set[str]
) -> tuple[Form, list[Json], list[int]]:
    """Only what differs from the stored lines, for the API, and the place of each in the form; ``rows`` are
    :func:`aligned`."""
    body: list[Json] = []
    places: list[int] = []
    for n, (row, line) in enumerate(zip(rows, stored, strict=True)):
        if line.line_id in removed:
            body.append({"line_id": line.line_id, "remove": True})
            places.append(n)
            continue
        form, values = _numbers(form, row, f"items.{n}")
        form, count = _count(form, row, f"items.{n}")
        different = _different(line, values, row["interval"], count)
        if different:
            body.append({"line_id": line.line_id, **different})
            places.append(n)
    return form, body, places


def _different(line: LineRow, values: Mapping[str, str], interval: str, count: int) -> Json:
    stored = {
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "discount_rate": line.discount_percent / 100,
    }
    found: Json = {name: value for name, value in values.items() if Decimal(value) != stored[name]}
    if interval and interval != line.interval:
        found["interval"] = interval
    if line.interval and count != line.interval_count:
        found["interval_count"] = count
    return found


def shown(line: LineRow) -> dict[str, str]:
    """A stored line as its form shows it."""
    return {
        "line_id": line.line_id,
        "quantity": f"{line.quantity.normalize():f}",
        "unit_price": f"{line.unit_price.normalize():f}",
        "discount_rate": f"{line.discount_percent.normalize():f}" if line.discount_percent else "",
        "interval": line.interval,
        "interval_count": str(line.interval_count),
    }
