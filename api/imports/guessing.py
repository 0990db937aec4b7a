"""Which column is which field: as this kind was read before, else by the usual headers. Pure.

Only asked for by who will look at the result (``guess``): the portal's first look at a file.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from api.imports.schemas import ImportOptions
from api.imports.subject import Subject

USUAL: Final[dict[str, tuple[str, ...]]] = {
    "external_id": ("id", "key", "number", "no", "reference", "code"),
    "client": ("customer", "company", "account", "clientid", "customerid"),
    "name": ("title", "fullname", "displayname"),
    "title": ("name", "subject", "task", "jobtitle"),
    "email": ("mail", "emailaddress"),
    "issued_on": ("date", "invoicedate", "issuedate"),
    "due_on": ("due", "duedate"),
    "total": ("totalprice", "amount", "value", "sum"),
    "invoice": ("invoiceno", "invoiceid", "invoicenumber"),
    "paid_on": ("date", "paymentdate", "paid"),
    "person": ("user", "employee", "email", "member", "who"),
    "project": ("projectid", "job"),
    "task": ("taskid", "activity"),
    "date": ("day", "workedon", "spentdate"),
    "hours": ("duration", "time", "hoursdecimal"),
    "subject": ("title", "summary", "topic"),
    "description": ("memo", "details", "item", "for"),
    "note": ("notes", "description", "comment"),
    "billable": ("isbillable",),
    "started_on": ("startdate", "start", "from", "started"),
    "completed_on": ("enddate", "completed", "done", "closed"),
    "starts_on": ("startdate", "start", "from"),
    "ends_on": ("enddate", "end", "to", "until"),
    "ended_on": ("enddate", "end", "cancelledon"),
    "unit_price": ("price", "rate", "amount", "mrr"),
    "interval": ("billinginterval", "period", "cycle"),
    "opened_at": ("created", "createdat", "opened"),
    "resolved_at": ("resolved", "closed", "closedat", "solvedat"),
    "first_response_at": ("firstresponse", "firstreply", "firstreplyat"),
    "assignee": ("assignedto", "owner"),
}


def guess(
    subject: Subject, columns: Iterable[str], asked: ImportOptions, before: Mapping[str, Any] | None
) -> ImportOptions:
    """``asked``, completed: what it says stays, ``before`` (the kind's last options) comes next, then the headers.

    A column serves one field.
    """
    present = list(columns)
    remembered = ImportOptions.model_validate(before) if before else ImportOptions()
    fits = all(column in present or column == "@row" for column in remembered.map.values())
    chosen = {**(remembered.map if fits else {}), **asked.map}
    fixed = {**(remembered.set if fits else {}), **asked.set}
    chosen = {name: column for name, column in chosen.items() if name not in asked.set}
    fixed = {name: value for name, value in fixed.items() if name not in asked.map}
    free = {_bare(column): column for column in present if column not in chosen.values()}
    for names in ({f.name: (f.name,) for f in subject.fields}, USUAL):
        for field in subject.fields:
            if field.name in chosen or field.name in fixed:
                continue
            found = next((_bare(name) for name in names.get(field.name, ()) if _bare(name) in free), None)
            if found is not None:
                chosen[field.name] = free.pop(found)
    locale = asked.locale or (remembered.locale if fits else None)
    return asked.model_copy(update={"map": chosen, "set": fixed, "locale": locale})


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
