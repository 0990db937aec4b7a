"""Whom Northlight Studio works for. Forty clients in three currencies; some of them have a story."""

from dataclasses import dataclass

from imisofts.sample.rows import MONTHS

END = None


@dataclass(frozen=True, slots=True)
class Term:
    """A subscription: months ``first`` to before ``last`` (``None``: it goes on), at ``price`` for each interval."""

    first: int
    last: int | None
    price: int
    service: str = "retainer"
    interval: str = "month"
    trial_months: int = 0


@dataclass(frozen=True, slots=True)
class Customer:
    """A client: ``late`` is how many days after the due date it tends to pay."""

    key: str
    name: str
    domain: str
    currency: str
    late: int
    terms: tuple[Term, ...]

    @property
    def since(self) -> int:
        """The month in which it became a client."""
        return min(term.first for term in self.terms)

    def active(self, month: int) -> bool:
        """Whether it has a subscription in a month."""
        return any(term.first <= month < (term.last or MONTHS + 1) for term in self.terms)


def _one(key: int, name: str, domain: str, price: int, first: int, late: int, currency: str = "EUR") -> Customer:
    """A client with one retainer that goes on."""
    return Customer(f"C-{key}", name, domain, currency, late, (Term(first, END, price),))


def _story(key: int, name: str, domain: str, late: int, *terms: Term, currency: str = "EUR") -> Customer:
    return Customer(f"C-{key}", name, domain, currency, late, terms)


PAUSED = "C-1010"
OVERRUN = "C-1005"
BREACHED = "C-1008"

CUSTOMERS: tuple[Customer, ...] = (
    _one(1001, "Alpenblick Hotels", "alpenblick", 4200, 0, 16),
    _one(1002, "Brückner & Söhne", "brueckner", 2600, 0, 4),
    _one(1003, "Cedar Lane Coffee", "cedarlane", 1450, 0, -4),
    _story(1004, "Dahlia Fashion", "dahlia", 18, Term(0, 25, 3100)),  # left for good
    _one(1005, "Elbtal Energie", "elbtal", 5600, 1, -12),  # its relaunch overran
    _story(1006, "Fjord Outdoor", "fjordoutdoor", 0, Term(3, 15, 2250), Term(21, END, 2400)),  # came back
    _one(1007, "Grünwald Dental", "gruenwald", 980, 4, -6),
    _one(1008, "Harbour Legal", "harbourlegal", 1900, 6, 33, "GBP"),  # pays late, waits for answers
    _story(1009, "Ilmenau Robotics", "ilmenau", -2, Term(8, 19, 3800), Term(19, 30, 5200), Term(30, END, 6100)),  # grew
    _one(1010, "Juniper Health", "juniper", 2750, 10, 7),  # on pause
    _one(1011, "Kestrel Bikes", "kestrel", 1650, 13, -8),
    _one(1012, "Lumen Theater", "lumen", 1200, 15, 12),
    _story(1013, "Marlow Kitchens", "marlow", 3, Term(2, 20, 2900), Term(20, END, 1900), currency="GBP"),  # shrank
    _one(1014, "Nordlicht Apotheken", "nordlicht-apotheken", 2100, 5, -5),
    _story(1015, "Oakfield School", "oakfield", 0, Term(16, END, 1300, trial_months=1), currency="GBP"),  # tried first
    _story(1016, "Pinewood Labs", "pinewood", -3, Term(7, END, 36000, interval="year"), currency="USD"),
    _story(1017, "Quellwasser AG", "quellwasser", 5, Term(9, END, 5400, interval="quarter")),
    _one(1018, "Rosenthal Keramik", "rosenthal-keramik", 1750, 11, 2),
    _story(1019, "Seaside Surf", "seasidesurf", 9, Term(4, 17, 1500), currency="USD"),
    _one(1020, "Talhof Reisen", "talhof", 2300, 12, -7),
    _one(1021, "Union Street Records", "unionstreet", 1850, 14, 21, "GBP"),
    _one(1022, "Vogel Logistik", "vogel-logistik", 4700, 6, -1),
    _story(1023, "Wiesengrund Bio", "wiesengrund", 1, Term(10, END, 1600), Term(24, END, 450, "hosting")),  # two
    _story(1024, "Xenia Yachts", "xenia", 6, Term(8, 33, 3300, "retainer"), Term(12, END, 600, "hosting")),  # one stays
    _one(1025, "Yellow Door Estates", "yellowdoor", 2050, 17, -4, "USD"),
    _one(1026, "Zeitlos Uhren", "zeitlos", 2700, 18, 11),
    _one(1027, "Aster Pharma", "aster", 5100, 19, -9),
    _story(1028, "Birch & Barrel", "birchbarrel", 14, Term(15, 28, 1250)),
    _one(1029, "Campus Verlag", "campus-verlag", 1950, 20, 0),
    _one(1030, "Delta Climbing", "deltaclimbing", 1100, 21, 5, "USD"),
    _one(1031, "Eisenwerk Ruhr", "eisenwerk", 3900, 22, 8),
    _story(1032, "Falken Versicherung", "falken", -6, Term(23, END, 4400), Term(29, END, 900, "care")),
    _one(1033, "Greenhouse Cinema", "greenhouse", 1350, 24, 17, "GBP"),
    _one(1034, "Hanse Yoga", "hanseyoga", 890, 25, -3),
    _one(1035, "Isar Mobility", "isar", 3600, 26, 2),
    _story(1036, "Jade Interiors", "jade", 4, Term(27, 32, 2200), currency="USD"),
    _one(1037, "Kolibri Kids", "kolibri", 1700, 28, -5),
    _one(1038, "Lark Rise Brewing", "larkrise", 1450, 30, 3, "GBP"),
    _one(1039, "Mühlbach Stiftung", "muehlbach", 2500, 32, 0),
    _one(1040, "Novum Fitness", "novum", 1900, 34, -2),
)
