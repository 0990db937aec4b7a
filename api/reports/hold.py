"""Whether a report may leave: pure rules over the state of the data."""

from api.paper.language import Language
from api.reports.period import Period
from warehouse.gateway import State


def reason(state: State, period: Period, language: Language) -> str | None:
    """Why the report is kept back, as a sentence for staff; ``None`` when it may leave.

    Three things hold a report: nothing published or replication silent (the gateway's own sentence), a failed audit
    (newer data exists that did not pass), and a publication whose data ends before the period does.
    """
    if state.publication is None:
        return language.say("No audited figures have been published yet.")
    if not state.fresh:
        return state.stale_reason or language.say("The data is stale: replication has been silent for too long.")
    if not state.audit_passed:
        return _failed(state, language)
    if state.publication.data_on <= period.last:
        return language.say(
            "The published data reaches {day}; the period is whole once {last} is over.",
            day=language.long_day(state.publication.data_on),
            last=language.long_day(period.last),
        )
    return None


def _failed(state: State, language: Language) -> str:
    named = ", ".join(state.failed_checks[:3])
    more = len(state.failed_checks) - 3
    if more > 0:
        named += " " + language.say("and {number} more checks", number=more)
    return language.say("The last audit failed: {checks}.", checks=named or language.say("an unnamed check"))
