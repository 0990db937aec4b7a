"""Every right in plain words, by area: what the tables of roles, of tokens and of a client's team are made of."""

from collections.abc import Iterable
from dataclasses import dataclass

from imisofts.access import OF_EVERYBODY, Action
from portal.language import gettext as _


@dataclass(frozen=True, slots=True)
class Right:
    """One action: ``name`` in a few words, ``text`` what it means for whoever has it."""

    action: Action
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Area:
    """Rights of one kind, in the order in which one would give them."""

    name: str
    rights: tuple[Right, ...]


def areas(among: Iterable[Action] | None = None) -> tuple[Area, ...]:
    """All that can be given, or what of it is ``among`` some actions; areas with nothing left are left out."""
    wanted = frozenset(Action if among is None else among) - OF_EVERYBODY
    every = (_clients(), _money(), _work(), _support(), _insight(), _agency())
    kept = (Area(area.name, tuple(right for right in area.rights if right.action in wanted)) for area in every)
    return tuple(area for area in kept if area.rights)


def name_of(action: str) -> str:
    """An action's name in words."""
    return next((right.name for area in areas() for right in area.rights if right.action == action), action)


def _clients() -> Area:
    return Area(
        _("Clients"),
        (
            Right(Action.client_read, _("See clients"), _("Names, addresses and what belongs to them.")),
            Right(Action.client_write, _("Change clients"), _("Add, change and archive clients and their contacts.")),
            Right(Action.health_read, _("See client health"), _("Scores and what they are made of.")),
        ),
    )


def _money() -> Area:
    return Area(
        _("Money"),
        (
            Right(Action.invoice_read, _("See invoices"), _("Invoices, payments and credit notes.")),
            Right(Action.invoice_write, _("Write invoices"), _("Draft, issue and void invoices.")),
            Right(Action.payment_write, _("Record payments"), _("Payments and credit notes on invoices.")),
            Right(Action.subscription_read, _("See subscriptions"), _("What repeats, its price and its next charge.")),
            Right(Action.subscription_write, _("Change subscriptions"), _("Start, change, pause and cancel them.")),
            Right(Action.service_read, _("See services"), _("The price list and exchange rates.")),
            Right(Action.service_write, _("Change services"), _("The price list that new documents take from.")),
            Right(Action.exchange_rate_write, _("Set exchange rates"), _("Rates by which amounts are converted.")),
        ),
    )


def _work() -> Area:
    return Area(
        _("Work"),
        (
            Right(Action.project_read, _("See projects"), _("Projects with milestones and tasks.")),
            Right(Action.project_write, _("Run projects"), _("Plan and change projects, milestones and tasks.")),
            Right(Action.time_read, _("See time"), _("Hours that were entered.")),
            Right(Action.time_write, _("Enter time"), _("One's own hours and days off.")),
            Right(Action.time_manage, _("Manage time"), _("Everybody's hours and days off, and why somebody is off.")),
            Right(Action.person_read, _("See people"), _("Who works here, working hours and billing rates.")),
            Right(Action.person_write, _("Change people"), _("Staff, their rates, working hours and holidays.")),
            Right(Action.cost_read, _("See what people cost"), _("Cost rates, from which margins can be told.")),
        ),
    )


def _support() -> Area:
    return Area(
        _("Support"),
        (
            Right(Action.ticket_read, _("See tickets"), _("Questions and answers, without notes among staff.")),
            Right(Action.ticket_open, _("Open tickets"), _("Ask, reply and say whether the answer helped.")),
            Right(Action.ticket_write, _("Answer tickets"), _("Answer, note, hand over and resolve.")),
            Right(Action.support_manage, _("Set up support"), _("Opening hours and how soon is answered.")),
        ),
    )


def _insight() -> Area:
    return Area(
        _("Insight"),
        (
            Right(Action.metric_read, _("See figures"), _("Charts and metrics of what one may see.")),
            Right(Action.metric_leadership, _("See leadership's figures"), _("Margins, pay and forecasts.")),
            Right(Action.console_open, _("Open analytics"), _("The console with all its pages.")),
            Right(Action.report_read, _("Read reports"), _("Client reports that were sent.")),
            Right(Action.report_manage, _("Manage reports"), _("Order, read, approve and release reports.")),
            Right(Action.event_read, _("See histories"), _("What happened to a row, its contacts and tags.")),
            Right(Action.import_run, _("Import"), _("Bring in files from other systems.")),
        ),
    )


def _agency() -> Area:
    return Area(
        _("Agency"),
        (
            Right(Action.workspace_manage, _("Change the agency"), _("Its name, brand and settings.")),
            Right(Action.sign_on_manage, _("Choose the sign-on provider"), _("It decides who signs in, and as whom.")),
            Right(Action.user_read, _("See members"), _("Who has access, and in which role.")),
            Right(Action.user_manage, _("Manage members"), _("Invite, change and remove people, within one's rights.")),
            Right(Action.role_manage, _("Manage roles"), _("Make and change roles, within one's own rights.")),
            Right(Action.team_manage, _("Manage client teams"), _("Invite colleagues at a client, and their rights.")),
            Right(Action.token_manage, _("Own API tokens"), _("Keys for one's own programs, within one's rights.")),
            Right(Action.workspace_token_manage, _("Agency's API tokens"), _("Keys that stay when their maker goes.")),
            Right(Action.network_manage, _("Chosen networks"), _("From which addresses the agency may be used.")),
            Right(Action.activity_read, _("See everybody's activity"), _("Who did what, when and from where.")),
        ),
    )
