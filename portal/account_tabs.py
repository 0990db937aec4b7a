"""The pages of one's own account, as data: the tab bar on top of each of them."""

from dataclasses import dataclass

from imisofts.access import Action
from portal.language import gettext as _


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the account; ``needs`` is the right without which it is left out."""

    address: str
    label: str
    needs: Action | None = None


def tabs() -> tuple[Tab, ...]:
    """All of them in the visitor's language, in the order of the bar."""
    return (
        Tab("/account", _("Profile")),
        Tab("/account/security", _("Security")),
        Tab("/account/sessions", _("Sessions")),
        Tab("/account/email", _("E-mail")),
        Tab("/account/activity", _("Activity")),
        Tab("/account/tokens", _("API tokens"), Action.token_manage),
    )
