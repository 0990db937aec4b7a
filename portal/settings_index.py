"""What an agency can set, as data: the cards of ``/settings``, each shown to those whose role includes it."""

from dataclasses import dataclass

from imisofts.access import Action
from portal.language import gettext as _


@dataclass(frozen=True, slots=True)
class Card:
    """One card: where it leads, its name, what one finds there, its icon in ``build.mjs``, and the right it needs."""

    address: str
    label: str
    text: str
    icon: str
    action: Action


def cards() -> tuple[Card, ...]:
    """All of them in the order of the page, worded in the visitor's language: called while a page is made."""
    return (
        Card("/settings/workspace", _("Workspace"), _("Name, language, time zone and the first day of the week."),
             "building", Action.workspace_manage),
        Card("/settings/brand", _("Brand"), _("Logo, colours, sender and imprint: how clients see you."), "palette",
             Action.workspace_manage),
        Card("/settings/plan", _("Plan"), _("What you use of it, and what the next one brings."), "credit-card",
             Action.workspace_manage),
        Card("/access", _("People and access"), _("Who comes in, in which role, and for which client."), "key",
             Action.user_manage),
        Card("/settings/domain", _("Address"), _("A domain of your own for portal, mails and sign-in."), "world",
             Action.workspace_manage),
        Card("/settings/security", _("Sign-in"), _("Who has to show a second factor, and who has none yet."),
             "shield-lock", Action.user_manage),
        Card("/settings/roles", _("Roles"), _("What people may do, and roles of your own."), "users-group",
             Action.role_manage),
        Card("/settings/sign-on", _("Single sign-on"), _("Your people come in by your own provider."), "key",
             Action.sign_on_manage),
        Card("/settings/tokens", _("API tokens"), _("Keys with which programs work for the agency."), "key",
             Action.workspace_token_manage),
        Card("/settings/activity", _("Activity"), _("Who did what, when and from where."), "history",
             Action.activity_read),
        Card("/settings/network", _("Chosen networks"), _("From which addresses the workspace may be used."), "world",
             Action.network_manage),
        Card("/support", _("Support"), _("Opening hours and how soon a ticket is answered."), "lifebuoy",
             Action.support_manage),
        Card("/holidays", _("Public holidays"), _("Days on which nobody is expected to work, by region."),
             "calendar-event", Action.person_write),
    )  # fmt: skip


def cards_for(actions: frozenset[str]) -> tuple[Card, ...]:
    """The cards of somebody who may do ``actions``."""
    return tuple(card for card in cards() if card.action in actions)
