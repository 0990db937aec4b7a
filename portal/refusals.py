"""Which refusals of the API a form shows beside what was typed, and in which words."""

from portal.door import Problem
from portal.language import gettext as _

FORM_REFUSALS = (409, 412, 422)


def edit_words(problem: Problem) -> str:
    """Why an edit was refused, in words."""
    if problem.status == 412:
        return _(
            "Somebody else changed this while you were editing. Your entries are still here: save again to overwrite."
        )
    return problem.detail
