"""Identity as the API shows it."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from imisofts.access import Action, Role


def _is_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is no time zone")
    return name


def no_null(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a character that no text has")
    return text


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(no_null)]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$"),
    Field(examples=["ada@example.com"]),
]
Password = Annotated[str, Field(max_length=1000, examples=["a long sentence of your own"])]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", max_length=63)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(examples=["EUR"])]
Timezone = Annotated[str, AfterValidator(_is_zone), Field(max_length=100, examples=["Europe/Berlin"])]


class SignIn(BaseModel):
    """E-mail and password; ``workspace`` is a slug, needed only by members of several."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"email": "ada@example.com", "password": "a long sentence of your own"}}
    )

    email: Email
    password: Password
    workspace: str | None = Field(None, max_length=63, examples=["acme"])
    remember: bool = False


class LinkRequest(BaseModel):
    """Whose mail shall bring a link; ``workspace`` is a slug, needed only by members of several."""

    model_config = ConfigDict(json_schema_extra={"example": {"email": "ada@example.com"}})

    email: Email
    workspace: str | None = Field(None, max_length=63, examples=["acme"])


class LinkToken(BaseModel):
    """A one-time link's token, from the address in the mail."""

    model_config = ConfigDict(json_schema_extra={"example": {"token": "from-the-link"}})

    token: str = Field(min_length=1, max_length=200)


class LinkSignIn(LinkToken):
    """A token that signs in; ``remember`` keeps the session for 30 days."""

    remember: bool = False


class LinkUse(BaseModel):
    """A one-time link's token and the password to set."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"token": "from-the-link", "password": "a long sentence of your own"}}
    )

    token: str = Field(min_length=1, max_length=200)
    password: Password


class WorkspaceOut(BaseModel):
    """A workspace as its members see it."""

    id: UUID
    slug: str
    name: str
    currency: str
    timezone: str
    week_starts_on: int
    brand: dict[str, Any]
    version: int


class WorkspaceFace(BaseModel):
    """A workspace as it shows itself to who is not in yet."""

    name: str
    slug: str
    brand: dict[str, Any]


class LinkOut(BaseModel):
    """What a one-time link does for whom. ``needs_password`` says that it sets one; ``invited_by`` names who invited,
    where that was a person."""

    purpose: Literal["invitation", "reset", "sign_in"]
    email: str
    needs_password: bool
    role: Role
    invited_by: str | None
    expires_at: datetime
    workspace: WorkspaceFace


class WorkspaceUpdate(BaseModel):
    """What may be changed of a workspace."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Acme Studio"}]})

    name: Name | None = None
    timezone: Timezone | None = None
    week_starts_on: int | None = Field(None, json_schema_extra={"enum": [0, 6, None]})
    brand: dict[str, Any] | None = None


class PersonOut(BaseModel):
    """A person."""

    id: UUID
    name: str
    email: str


class SessionOut(BaseModel):
    """Who is signed in, where, and what the person may do there. ``form_token`` goes with every unsafe request."""

    user: PersonOut | None
    workspace: WorkspaceOut
    role: Role
    actions: list[Action]
    client_id: UUID | None
    form_token: str | None


class UserOut(BaseModel):
    """A member of the workspace. ``joined_at`` is null until the person has come in; ``link_made_at`` and
    ``link_problem`` are of the newest link, and why its mail did not leave."""

    id: UUID
    user_id: UUID
    email: str
    name: str
    role: Role
    client_id: UUID | None
    created_at: datetime
    joined_at: datetime | None
    link_made_at: datetime | None
    link_problem: str | None
    version: int


class UserCreate(BaseModel):
    """Somebody to invite; ``client_id`` for the role *client* and no other."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"email": "ada@example.com", "name": "Ada Lovelace", "role": "member"}},
    )

    email: Email
    name: Name
    role: Role
    client_id: UUID | None = None


class UserCreated(UserOut):
    """The new member. The link that sets the password goes by mail to the person alone; ``link`` is for the operator
    of the installation, who makes users from the command line."""

    link: str | None


class UserUpdate(BaseModel):
    """What a member is from now on; ``client_id`` for the role *client* and no other."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"role": "admin"}})

    role: Role
    client_id: UUID | None = None


class TokenCreate(BaseModel):
    """A token to make; ``scopes`` are actions, none means all of one's own."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Website", "scopes": ["client.read"]}]}
    )

    name: Name
    scopes: list[Action] = Field(default_factory=list, max_length=len(Action))


class TokenOut(BaseModel):
    """A token without its secret."""

    id: UUID
    user_id: UUID
    name: str
    prefix: str
    scopes: list[Action]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    version: int


class TokenCreated(TokenOut):
    """The new token; ``token`` is shown once."""

    token: str
