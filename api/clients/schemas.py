"""What goes in and out about clients."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from api.kit.fields import TrueOrFalse
from imisofts import currencies


def _known(code: str) -> str:
    currencies.decimals(code)
    return code


def _without_null_byte(text: str) -> str:
    if "\x00" in text:
        raise ValueError("holds a character that no text has")
    return text


Currency = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{3}$"),
    AfterValidator(_known),
    Field(description="ISO 4217", examples=["EUR"]),
]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_without_null_byte)
]
ExternalId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True),
    AfterValidator(_without_null_byte),
    Field(description="The row's key in another system; unique per workspace and kind.", examples=["C-1042"]),
]
Email = Annotated[
    str,
    StringConstraints(max_length=254, strip_whitespace=True, pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$"),
    Field(examples=["billing@northwind.example"]),
]


class ClientCreate(BaseModel):
    """A new client. Without ``currency`` the workspace's, without ``created_on`` today in the workspace's zone."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"name": "Northwind", "email": "billing@northwind.example"}}
    )

    name: Name
    email: Email | None = None
    currency: Currency | None = None
    external_id: ExternalId | None = None
    created_on: date | None = None


class ClientUpdate(BaseModel):
    """What is to change; a field left out stays. The currency is that of new documents only."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "Northwind Traders"}})

    name: Name | None = None
    email: Email | None = None
    currency: Currency | None = None


class ClientOut(BaseModel):
    """A client as the API answers it; ``version`` is what the ETag says."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    external_id: str | None
    name: str
    email: str | None
    currency: str
    created_on: date
    archived: bool
    archived_at: datetime | None
    source: str
    version: int
    created_at: datetime
    updated_at: datetime


Short = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), AfterValidator(_without_null_byte)]
Tag = Annotated[
    str,
    StringConstraints(min_length=1, max_length=50, strip_whitespace=True, to_lower=True),
    AfterValidator(_without_null_byte),
]


class ContactCreate(BaseModel):
    """A person at a client."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"name": "Ada Hart", "email": "ada@northwind.example"}}
    )

    name: Name
    email: Email | None = None
    phone: Short | None = None
    title: Short | None = None
    is_primary: TrueOrFalse = False


class ContactUpdate(BaseModel):
    """What is to change; a field left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"title": "Head of marketing"}})

    name: Name | None = None
    email: Email | None = None
    phone: Short | None = None
    title: Short | None = None
    is_primary: TrueOrFalse | None = None


class ContactOut(BaseModel):
    """A contact as the API answers it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    client_id: UUID
    name: str
    email: str | None
    phone: str | None
    title: str | None
    is_primary: TrueOrFalse
    version: int
    created_at: datetime
    updated_at: datetime


class Tags(BaseModel):
    """Words by which a client is grouped, in small letters."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"tags": ["hotel", "retainer"]}})

    tags: Annotated[list[Tag], Field(max_length=50)]
