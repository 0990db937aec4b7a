"""What the sample's clients are billed and what they pay."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from imisofts.sample.clients import CUSTOMERS, PAUSED, Customer, Term
from imisofts.sample.rows import MONTHS, Calendar, Rows

_CENT = Decimal("0.01")
_TAX = {"EUR": Decimal("0.19"), "GBP": Decimal(0), "USD": Decimal(0)}
_PERIOD = ("service_from", "service_until")
_EVERY = {"month": 1, "quarter": 3, "year": 12}
_SERVICES = (
    ("retainer", "Marketing retainer", 2500, "month"),
    ("hosting", "Managed hosting", 450, "month"),
    ("care", "Content care", 900, "month"),
    ("workshop", "Workshop day", 1600, ""),
)
_NAMES = {key: name for key, name, _, _ in _SERVICES}
_EXTRAS = (
    "Campaign landing page",
    "Photo shoot, one day",
    "Workshop on search engines",
    "Trade fair stand, graphics",
    "Spring mailing, text and layout",
    "Product film, 45 seconds",
    "Accessibility review of the shop",
)
_RATES = {"USD": Decimal("0.9200"), "GBP": Decimal("1.1600")}


def catalogue(calendar: Calendar) -> list[Rows]:
    """Services, clients, subscriptions and the rates of the foreign currencies, month by month."""
    services = Rows("services", ("external_id", "name", "unit_price", "currency", "interval"))
    for key, name, price, interval in _SERVICES:
        services.add(key, name, price, "EUR", interval)
    clients = Rows("clients", ("external_id", "name", "email", "currency", "created_on"))
    subscriptions = Rows(
        "subscriptions",
        ("external_id", "client", "started_on", "unit_price", "currency", "interval", "service", "ended_on",
         "trial_ends_on"),
    )  # fmt: skip
    for one in CUSTOMERS:
        clients.add(one.key, one.name, f"accounts@{one.domain}.example", one.currency, calendar.month(one.since))
        for number, term in enumerate(one.terms, 1):
            first = calendar.month(term.first)
            last = calendar.month(term.last) if term.last is not None else ""
            trial = calendar.month(term.first + term.trial_months) if term.trial_months else ""
            key = f"S-{one.key[2:]}-{number}"
            subscriptions.add(key, one.key, first, term.price, one.currency, term.interval, term.service, last, trial)
    return [services, clients, subscriptions, _rates(calendar)]


def _rates(calendar: Calendar) -> Rows:
    rates = Rows("exchange-rates", ("date", "from", "to", "rate"))
    random = Random(7)  # noqa: S311 - a sample, not a secret
    for currency, start in _RATES.items():
        rate = start
        rates.add(calendar.month(-1), currency, "EUR", rate)  # the first month's movements are at the rate before it
        for number in range(MONTHS):
            rates.add(calendar.month(number), currency, "EUR", rate)
            rate = (rate * Decimal(random.randrange(985, 1016)) / 1000).quantize(Decimal("0.0001"))
    return rates


class Ledger:
    """Invoices, payments and credit notes as they come about."""

    def __init__(self, calendar: Calendar, random: Random) -> None:
        self._calendar, self._random = calendar, random
        columns = ("external_id", "client", "issued_on", "due_on", "total", "tax", "currency", "description", *_PERIOD)
        self.invoices = Rows("invoices", columns)
        self.payments = Rows("payments", ("external_id", "invoice", "paid_on", "amount"))
        self.credit_notes = Rows("credit-notes", ("external_id", "invoice", "issued_on", "amount", "reason"))

    def bill_everybody(self) -> None:
        """Every month: what is due of each subscription, and now and then a project or a workshop."""
        for month in range(MONTHS):
            for one in CUSTOMERS:
                for term in self._due(one, month):
                    issued = self._calendar.month(month) + timedelta(days=self._random.randrange(0, 6))
                    self._bill(
                        one, issued, Decimal(term.price), self._described(term, month), self._paid_ahead(term, month)
                    )
                if one.active(month) and self._random.random() < 0.22:
                    day = self._calendar.month(month) + timedelta(days=self._random.randrange(8, 26))
                    self._bill(one, day, Decimal(self._random.randrange(900, 9500, 50)), _EXTRAS[month % len(_EXTRAS)])

    def _due(self, one: Customer, month: int) -> list[Term]:
        if one.key == PAUSED and month == MONTHS - 1:
            return []
        return [term for term in one.terms if _is_due(term, month)]

    def _described(self, term: Term, month: int) -> str:
        """The service and what it is billed for: a month, or the months from the first to the last."""
        first = self._calendar.month(month)
        last = self._calendar.month(month + _EVERY[term.interval] - 1)
        until = f" to {last:%B %Y}" if last != first else ""
        return f"{_NAMES[term.service]}, {first:%B %Y}{until}"

    def _paid_ahead(self, term: Term, month: int) -> tuple[date, date] | None:
        """The quarter or year that is billed at its beginning; a month is not spread."""
        months = _EVERY[term.interval]
        return (self._calendar.month(month), self._calendar.month(month + months)) if months > 1 else None

    def _bill(
        self, one: Customer, issued: date, net: Decimal, what: str, period: tuple[date, date] | None = None
    ) -> None:
        """One invoice with what followed: paid whole, in two parts, credited in part, or not at all."""
        late = one.late + self._random.randrange(-3, 9)
        dice = self._random.random()
        if not self._calendar.has(issued):
            return
        tax = (net * _TAX[one.currency]).quantize(_CENT)
        due = issued + timedelta(days=14)
        number = f"NL-{issued:%y%m}-{len(self.invoices.rows) + 1:04d}"
        self.invoices.add(number, one.key, issued, due, net + tax, tax, one.currency, what, *(period or ("", "")))
        credited = Decimal(0)
        if dice < 0.03 and self._calendar.has(issued + timedelta(days=6)):
            credited = ((net + tax) * Decimal("0.15")).quantize(_CENT)
            self.credit_notes.add(f"CN-{number}", number, issued + timedelta(days=6), credited, "Goodwill")
        if dice < 0.985:
            paid_on = max(issued + timedelta(days=1), due + timedelta(days=late))
            self._pay(number, paid_on, net + tax - credited, in_parts=0.10 < dice < 0.16)

    def _pay(self, number: str, day: date, amount: Decimal, *, in_parts: bool) -> None:
        half = (amount / 2).quantize(_CENT) if in_parts else Decimal(0)
        parts = [(day, half), (day + timedelta(days=21), amount - half)] if in_parts else [(day, amount)]
        for part, (paid_on, each) in enumerate(parts, 1):
            if self._calendar.has(paid_on):
                self.payments.add(f"P-{number}-{part}", number, paid_on, each)


def _is_due(term: Term, month: int) -> bool:
    if not term.first + term.trial_months <= month < (term.last or MONTHS):
        return False
    return (month - term.first) % _EVERY[term.interval] == 0
