"""What can go wrong with a report, in words for whoever asked."""

from api.kit.errors import Conflict, Malformed, NotFound


class BadPeriod(Malformed):
    """The period is neither a month nor a quarter."""

    code = "bad_period"
    title = "Not a period"

    def __init__(self, text: str) -> None:
        super().__init__(f'"{text[:20]}" is not a period: write a month like 2026-10 or a quarter like 2026-Q4.')


class UnknownReport(NotFound):
    """No such report for this actor."""

    code = "unknown_report"
    title = "No such report"


class UnknownReportClient(NotFound):
    """No such client, or none with figures."""

    code = "unknown_client"
    title = "No such client"


class NoRecipient(Conflict):
    """A report cannot be mailed to a client without an address."""

    code = "client_without_email"
    title = "The client has no e-mail address"


class NotHeld(Conflict):
    """Only a held report can be released."""

    code = "report_not_held"
    title = "The report is not held"


class NotFailed(Conflict):
    """Only a failed report can be tried again."""

    code = "report_not_failed"
    title = "The report has not failed"


class NotADraft(Conflict):
    """Only a draft can be approved."""

    code = "report_not_a_draft"
    title = "The report is not a draft"


class NotWithdrawable(Conflict):
    """What has left, or never will, cannot be withdrawn."""

    code = "report_not_withdrawable"
    title = "The report cannot be withdrawn"


class StillHeld(Conflict):
    """The reason for holding the report still stands."""

    code = "report_still_held"
    title = "The report is still held"


class PdfNotReady(NotFound):
    """The report has not been drawn yet."""

    code = "report_pdf_not_ready"
    title = "The PDF is not there yet"
