"""When an invoice line is delivered, as people write it: a first and a last day, both included."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from portal import language
from portal.door import Json
from portal.forms import Form
from portal.language import gettext as _

FIELDS = ("service_from", "service_until", "service")
"""First and last day as typed; ``service`` is the stored interval of instants, which stays unless a day changed."""

ONE_DAY = timedelta(days=1)


def shown(line: Json) -> dict[str, str]:
    """The form's fields of a stored line."""
    begins, ends = line.get("service_from"), line.get("service_until")
    if not begins or not ends:
        return {}
    first, last = _days(begins, ends)
    return {"service_from": first.isoformat(), "service_until": last.isoformat(), "service": f"{begins}/{ends}"}


def in_words(line: Json) -> str:
    """``1 Jun 2026 – 30 Jun 2026``; nothing without a period."""
    fields = shown(line)
    return " – ".join(language.day(fields[name]) for name in FIELDS[:2]) if fields else ""


def sent(form: Form, number: int, row: Mapping[str, str]) -> tuple[Form, Json]:
    """The API's two fields of a typed line, and the form with what is wrong about them."""
    typed = {name: row.get(name, "") for name in FIELDS[:2]}
    if not any(typed.values()):
        return form, {}
    stored = _stored(row.get("service", ""))
    if stored and shown(stored).items() >= typed.items():
        return form, stored
    days: dict[str, date] = {}
    for name, text in typed.items():
        try:
            days[name] = date.fromisoformat(text)
        except ValueError:
            form = form.failed(f"lines.{number}.{name}", _("Enter a date like 2026-01-31."))
    if len(days) == 2 and days["service_until"] < days["service_from"]:
        form = form.failed(f"lines.{number}.service_until", _("The last day lies before the first."))
    if not form.ok or len(days) < 2:
        return form, {}
    until = days["service_until"] + ONE_DAY
    return form, {"service_from": days["service_from"].isoformat(), "service_until": until.isoformat()}


def _stored(interval: str) -> Json:
    """The two instants of ``begin/end``; nothing where the browser sent something else."""
    begins, _slash, ends = interval.partition("/")
    try:
        datetime.fromisoformat(begins), datetime.fromisoformat(ends)
    except ValueError:
        return {}
    return {"service_from": begins, "service_until": ends}


def _days(begins: str, ends: str) -> tuple[date, date]:
    """First and last day in the workspace's zone; the end itself is not part of the period."""
    first, after = (datetime.fromisoformat(text).astimezone(language.house_zone()) for text in (begins, ends))
    return first.date(), max((after - timedelta(microseconds=1)).date(), first.date())
