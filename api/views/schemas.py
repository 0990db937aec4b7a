"""Views as the API takes and shows them."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class ListName(StrEnum):
    """The lists that may be looked at in one's own way."""

    access = "access"
    activity = "activity"
    clients = "clients"
    imports = "imports"
    invoices = "invoices"
    people = "people"
    projects = "projects"
    reports = "reports"
    services = "services"
    subscriptions = "subscriptions"
    tasks = "tasks"
    tickets = "tickets"


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Column = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Sort = Annotated[str, StringConstraints(pattern=r"^-?[a-z][a-z0-9_]{0,39}$")]
Filters = Annotated[dict[Column, Annotated[str, Field(max_length=200)]], Field(max_length=20)]
Columns = Annotated[list[Column], Field(min_length=1, max_length=40)]
_VIEW: dict[str, Any] = {
    "list_name": "invoices",
    "name": "Late payers",
    "filters": {"status": "overdue"},
    "sort": "due_on",
    "columns": ["client", "due_on", "open"],
    "shared": True,
}


class ViewCreate(BaseModel):
    """A view to keep. Filters and columns are the page's own words; without ``columns`` it shows each person's own."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_VIEW]})

    list_name: ListName
    name: Name
    filters: Filters = {}
    sort: Sort | None = None
    columns: Columns | None = None
    shared: bool = False


class ViewUpdate(BaseModel):
    """What is to change of a view."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Late", "shared": False}]})

    name: Name | None = None
    filters: Filters | None = None
    sort: Sort | None = None
    columns: Columns | None = None
    shared: bool | None = None


class ViewOut(BaseModel):
    """A saved view; ``mine`` says whether the one who asks saved it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    list_name: ListName
    name: str
    filters: dict[str, str]
    sort: str | None
    columns: list[str] | None
    shared: bool
    mine: bool
    version: int


class ListState(BaseModel):
    """What the one who asks has made of a list: the columns chosen (null: the list's own) and the views to choose from,
    one's own and those shared, by name."""

    list_name: ListName
    columns: list[str] | None
    views: list[ViewOut]


class ColumnsChosen(BaseModel):
    """The columns to show of a list from now on; null goes back to the list's own."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"list_name": "clients", "columns": ["name", "email"]}]}
    )

    list_name: ListName
    columns: Columns | None
