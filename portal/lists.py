"""A list page's state, which lives in the address: search, filters, order, and the place reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.requests import Request

LIMIT = 50
EXPORT_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a filter."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ListState:
    """What the address says; ``sort`` is a column with ``-`` for descending, ``columns`` are those to be shown (none:
    as remembered), ``view`` is the id of the saved view that is looked at."""

    path: str
    q: str
    filters: Mapping[str, str]
    sort: str
    cursor: str
    next_cursor: str | None = None
    columns: tuple[str, ...] = ()
    view: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """What the address says but for the place reached, without what is empty."""
        found = {"q": self.q, **self.filters, "sort": self.sort, "cols": ",".join(self.columns), "view": self.view}
        return {name: value for name, value in found.items() if value}

    @property
    def narrowed(self) -> bool:
        """Whether anything hides rows: an empty result then means "none match", not "none yet"."""
        return bool(self.q or any(self.filters.values()))

    def url(self, **changes: str | None) -> str:
        """This list with other parameters; a change of anything but the cursor goes back to the first page."""
        return self.at({**self.parameters, **changes})

    def at(self, values: Mapping[str, str | None]) -> str:
        """This list with these parameters and no others."""
        return self._at(self.path, values)

    @property
    def export_url(self) -> str:
        """The same rows as CSV."""
        return self._at(f"{self.path}.csv", {"q": self.q, **self.filters, "sort": self.sort})

    @property
    def excel_url(self) -> str:
        """The same rows as a workbook."""
        return self._at(f"{self.path}.csv", {"q": self.q, **self.filters, "sort": self.sort, "as": "xlsx"})

    @staticmethod
    def _at(path: str, values: Mapping[str, str | None]) -> str:
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{path}?{query}" if query else path

    def sort_url(self, column: str) -> str:
        """The next order when the head of ``column`` is clicked."""
        return self.url(sort=column if self.sort == f"-{column}" else f"-{column}")

    def direction(self, column: str) -> str | None:
        """``ascending``, ``descending`` or None, in the words of ``aria-sort``."""
        if self.sort.removeprefix("-") != column:
            return None
        return "descending" if self.sort.startswith("-") else "ascending"

    @property
    def next_url(self) -> str | None:
        """The following page, when there is one."""
        return self.url(cursor=self.next_cursor) if self.next_cursor else None

    @property
    def first_url(self) -> str | None:
        """Back to the beginning, when this is not it."""
        return self.url() if self.cursor else None


def read(
    request: Request, path: str, *, filters: Sequence[str], sortable: Sequence[str], default_sort: str
) -> ListState:
    """The state of the address; an order that does not exist falls back to the default one."""
    query = request.query_params
    sort = query.get("sort", default_sort)
    return ListState(
        path=path,
        q=query.get("q", "").strip()[:200],
        filters={name: query.get(name, "")[:200] for name in filters},
        sort=sort if sort.removeprefix("-") in sortable else default_sort,
        cursor=query.get("cursor", "")[:2000],
        columns=tuple(name for name in query.get("cols", "")[:1000].split(",") if name),
        view=query.get("view", "")[:36],
    )


def moved(state: ListState, next_cursor: str | None) -> ListState:
    """The state with the place where the next page begins."""
    return replace(state, next_cursor=next_cursor)
