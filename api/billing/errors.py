"""What may go wrong in billing; each says what would help."""

from api.kit.errors import Conflict, Malformed


class InvoiceNotDraft(Conflict):
    """Only a draft can be edited, deleted or issued."""

    code = "invoice_not_draft"


class InvoiceNotOpen(Conflict):
    """Only an issued invoice takes money or credits, and only an untouched one can be voided."""

    code = "invoice_not_open"


class InvoiceEmpty(Conflict):
    """An invoice without lines says nothing."""

    code = "invoice_empty"


class Overpaid(Conflict):
    """More than is open, or more given back than came in."""

    code = "overpaid"


class ExternalIdTaken(Conflict):
    """Two rows of a kind never share an external id."""

    code = "external_id_taken"


class BadAmount(Malformed):
    """An amount that the currency cannot express, or that cannot be stored."""

    code = "bad_amount"


class BadDate(Malformed):
    """A date that contradicts another."""

    code = "bad_date"
