"""The kinds of import, one module per subject of the agency. An import writes tables itself, so kinds know models."""

from typing import Final

from api.imports.kinds import (
    catalog,
    clients,
    invoices,
    money,
    people,
    projects,
    rates,
    subscriptions,
    support,
    time,
    users,
)
from api.imports.schemas import Kind
from api.imports.subject import Subject

__all__ = ["SUBJECTS"]

SUBJECTS: Final[dict[Kind, Subject]] = {
    subject.kind: subject
    for subject in (
        clients.CLIENTS,
        invoices.INVOICES,
        money.PAYMENTS,
        money.CREDIT_NOTES,
        catalog.SERVICES,
        subscriptions.SUBSCRIPTIONS,
        people.PEOPLE,
        people.WORKING_HOURS,
        people.HOLIDAYS,
        people.TIME_OFF,
        projects.PROJECTS,
        projects.MILESTONES,
        projects.TASKS,
        time.TIME_ENTRIES,
        support.TICKETS,
        rates.EXCHANGE_RATES,
        users.USERS,
    )
}
