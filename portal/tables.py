"""A list's table: the columns somebody chose, the views to choose from, and what may be done with chosen rows."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.views.schemas import ListName
from portal.bulk import Bar
from portal.door import Json
from portal.lists import ListState
from portal.web import Visit


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a list can show. ``sort`` makes its head an order; a ``fixed`` one cannot be left out, and one that
    is not ``usual`` is shown only to who chose it."""

    name: str
    label: str
    sort: bool = False
    numeric: bool = False
    fixed: bool = False
    usual: bool = True


@dataclass(frozen=True, slots=True)
class View:
    """A saved view and the address that shows it; ``changed`` when the address has gone another way since."""

    id: str
    name: str
    href: str
    shared: bool
    mine: bool
    current: bool
    changed: bool
    etag: str


@dataclass(frozen=True, slots=True)
class Table:
    """What a list page needs beside its rows. ``bar`` is None where nothing may be done with many rows at once."""

    state: ListState
    list_name: str
    columns: tuple[Column, ...]
    shown: frozenset[str]
    views: tuple[View, ...]
    bar: Bar | None
    is_own: bool

    def shows(self, name: str) -> bool:
        """Whether the column stands in the table."""
        return name in self.shown

    @property
    def subject(self) -> str:
        """What the rows are, as live updates name it."""
        known = {"people": "person", "access": "membership", "reports": "report_delivery", "imports": "import_run"}
        return known.get(self.list_name, self.list_name.removesuffix("s"))

    @property
    def heads(self) -> tuple[Column, ...]:
        """The columns shown, in order."""
        return tuple(column for column in self.columns if column.name in self.shown)

    @property
    def view(self) -> View | None:
        """The view that is looked at."""
        return next((view for view in self.views if view.current), None)


async def of(visit: Visit, state: ListState, columns: tuple[Column, ...], bar: Bar | None = None) -> Table:
    """The table of the list at ``state.path``: columns of the address, else those remembered, else the usual ones."""
    name = ListName(state.path.rpartition("/")[2])
    kept = (await visit.api.get(f"/lists/{name}")).object
    wanted = state.columns or tuple(kept["columns"] or ())
    known = {column.name for column in columns}
    chosen = known.intersection(wanted) or {column.name for column in columns if column.usual}
    shown = chosen | {column.name for column in columns if column.fixed}
    views = tuple(_view(state, row) for row in kept["views"])
    return Table(state, name.value, columns, frozenset(shown), views, bar, bool(wanted))


def _view(state: ListState, row: Json) -> View:
    query = parameters(row)
    current = state.view == str(row["id"])
    return View(
        id=str(row["id"]),
        name=row["name"],
        href=state.at({**query, "view": str(row["id"])}),
        shared=row["shared"],
        mine=row["mine"],
        current=current,
        changed=current and query != {name: value for name, value in state.parameters.items() if name != "view"},
        etag=f'"{row["version"]}"',
    )


def parameters(view: Mapping[str, object]) -> dict[str, str]:
    """A view's filters, order and columns as the parameters of an address."""
    filters, columns = view["filters"], view["columns"]
    assert isinstance(filters, dict)
    found = {**filters, "sort": str(view["sort"] or ""), "cols": ",".join(columns) if isinstance(columns, list) else ""}
    return {name: str(value) for name, value in found.items() if value}
