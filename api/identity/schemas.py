"""Identity as the API shows it."""

import unicodedata
from datetime import datetime
from ipaddress import ip_network
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.kit.fields import TrueOrFalse
from imisofts.access import Action, Role
from imisofts.languages import Locale


def _is_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is no time zone")
    return name


def no_null(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a character that no text has")
    return text


def _as_network(text: str) -> str:
    try:
        return str(ip_network(text.strip(), strict=False))
    except ValueError as error:
        raise ValueError("is no network: write 203.0.113.0/24, or one address") from error


def one_line(text: str) -> str:
    """Names go into the heads of mails, where a line break would begin another head."""
    if any(unicodedata.category(letter) in {"Cc", "Zl", "Zp"} for letter in text):
        raise ValueError("takes one line, without control characters")
    return text


def _undisguised(email: str) -> str:
    """An address whose letters stay apart, however a database or a mail server makes them small: ``İ`` and the Kelvin
    sign become ``i`` and ``k`` in some, and whoever reads the mail of one would come in as the other."""
    foreign = [letter for letter in email if not letter.isascii()]
    cased = {one for letter in foreign for one in (letter.lower()[0], letter.upper()) if len(one) == 1}
    if any(letter.isascii() for letter in cased) or unicodedata.normalize("NFKC", email) != email:
        raise ValueError("holds a letter that can be taken for another")
    return email


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(one_line)]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$"),
    AfterValidator(_undisguised),
    Field(examples=["ada@example.com"]),
]
Password = Annotated[str, Field(max_length=1000, examples=["a long sentence of your own"])]
RoleName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(no_null)
]
RoleDescription = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(no_null)]
RoleKind = Literal["staff", "client"]
Network = Annotated[str, Field(max_length=50), AfterValidator(_as_network)]
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
    remember: TrueOrFalse = False


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

    remember: TrueOrFalse = False


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
    locale: Locale | None
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
    locale: Locale | None = None
    week_starts_on: int | None = Field(None, json_schema_extra={"enum": [0, 6, None]})


class PersonOut(BaseModel):
    """A person."""

    id: UUID
    name: str
    email: str


class SessionOut(BaseModel):
    """Who is signed in, where, and what the person may do there. ``form_token`` goes with every unsafe request.

    ``role_name`` is the name of a role of the workspace's own. ``client_id`` is the client of a client's person;
    ``client_ids`` are the clients to which the view is narrowed, null for all, and ``project_ids`` projects beside
    these. ``locale`` and ``timezone`` are those in which the person is told things: their own choice, else the
    client's or the workspace's; no ``locale`` where nobody chose. ``second_factor_from`` is told on the way in alone:
    when the workspace begins to ask this person for a second factor."""

    user: PersonOut | None
    workspace: WorkspaceOut
    role: Role
    role_name: str | None
    actions: list[Action]
    client_id: UUID | None
    client_ids: list[UUID] | None
    project_ids: list[UUID]
    locale: Locale | None
    timezone: str
    form_token: str | None
    second_factor_from: datetime | None


class Standing(BaseModel):
    """What a member is here: ``client_id`` for people of a client and no others; ``role_id`` a role of the workspace's
    own in place of *member* or *client*; ``rights`` the single rights of a client's team member. Staff with
    ``client_ids`` or ``project_ids`` work for these alone; null in both is the whole agency."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"role": "admin"}})

    role: Role
    client_id: UUID | None = None
    role_id: UUID | None = None
    rights: list[Action] | None = Field(default=None, max_length=len(Action))
    client_ids: list[UUID] | None = Field(default=None, max_length=500)
    project_ids: list[UUID] | None = Field(default=None, max_length=500)

    @property
    def narrowed(self) -> bool:
        """Whether only chosen clients and projects are seen."""
        return self.client_ids is not None or self.project_ids is not None


class UserOut(BaseModel):
    """A member of the workspace. ``joined_at`` is null until the person has come in; ``link_made_at`` and
    ``link_problem`` are of the newest link, and why its mail did not leave. ``role_name`` is the name of a role of the
    workspace's own; ``client_ids`` and ``project_ids`` count where ``narrowed``."""

    id: UUID
    user_id: UUID
    email: str
    name: str
    role: Role
    role_id: UUID | None
    role_name: str | None
    rights: list[Action] | None
    client_id: UUID | None
    narrowed: bool
    client_ids: list[UUID]
    project_ids: list[UUID]
    created_at: datetime
    joined_at: datetime | None
    link_made_at: datetime | None
    link_problem: str | None
    version: int


class UserCreate(Standing):
    """Somebody to invite, and as what."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"email": "ada@example.com", "name": "Ada Lovelace", "role": "member"}},
    )

    email: Email
    name: Name


class UserCreated(UserOut):
    """The new member. The link that sets the password goes by mail to the person alone; ``link`` is for the operator
    of the installation, who makes users from the command line."""

    link: str | None


class UserUpdate(Standing):
    """What a member is from now on; what is left out is no longer so."""


class TokenCreate(BaseModel):
    """A token to make; ``scopes`` are actions, none means all of one's own. Without ``expires_at`` an owner's lasts
    until it is revoked, anybody else's for a year. One ``of_workspace`` belongs to nobody: it names its scopes, and
    stays when its maker goes."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Website", "scopes": ["client.read"]}]}
    )

    name: Name
    scopes: list[Action] = Field(default_factory=list, max_length=len(Action))
    expires_at: AwareDatetime | None = None
    of_workspace: bool = False


class TokenOut(BaseModel):
    """A token without its secret."""

    id: UUID
    user_id: UUID | None
    name: str
    prefix: str
    scopes: list[Action]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_from: str | None
    revoked_at: datetime | None
    version: int


class TokenCreated(TokenOut):
    """The new token; ``token`` is shown once."""

    token: str


class RoleOut(BaseModel):
    """A role: built-in ones have no ``id`` and no ``version``. ``role`` is what a member with it has underneath."""

    id: UUID | None
    role: Role
    name: str
    description: str
    kind: RoleKind
    actions: list[Action]
    people: int
    version: int | None


class RoleCreate(BaseModel):
    """A role of the workspace's own; ``kind`` is who it is for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Bookkeeper", "kind": "staff", "actions": ["invoice.read"]}]},
    )

    name: RoleName
    description: RoleDescription = ""
    kind: RoleKind
    actions: list[Action] = Field(max_length=len(Action))


class RoleUpdate(BaseModel):
    """What is to change of a role; ``actions`` are all that it has from now on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"actions": ["invoice.read"]}]})

    name: RoleName | None = None
    description: RoleDescription | None = None
    actions: list[Action] | None = Field(default=None, max_length=len(Action))


class NetworkCreate(BaseModel):
    """A network that is let in, as CIDR (``203.0.113.0/24``, ``2001:db8::/32``) or as one address."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"network": "203.0.113.0/24", "note": "Office"}]}
    )

    network: Network
    note: RoleDescription = ""


class NetworkOut(BaseModel):
    """A network that is let in."""

    id: UUID
    network: str
    note: str
    created_at: datetime
    version: int


class NetworksOut(BaseModel):
    """The networks that are let in, none for everywhere; and the address from which this was asked."""

    address: str
    networks: list[NetworkOut]
