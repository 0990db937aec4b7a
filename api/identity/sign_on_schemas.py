"""Single sign-on as the API shows it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from api.identity.schemas import Email

_DOMAIN = r"^([a-zA-Z0-9-]+\.)+[a-zA-Z][a-zA-Z0-9-]+$"
Domain = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=253, pattern=_DOMAIN)]


def _is_address(url: str) -> str:
    if not url.startswith(("https://", "http://")) or any(mark in url for mark in "?#@\0 "):
        raise ValueError("is no address of a provider")
    return url


Issuer = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(_is_address)]


class SignOnPut(BaseModel):
    """A provider; ``client_secret`` may be left out to keep the one that is known."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "issuer": "https://login.example.com",
                "client_id": "imisofts",
                "client_secret": "from-the-provider",
                "domains": ["example.com"],
                "role": "member",
                "enabled": True,
            }
        },
    )

    issuer: Issuer
    client_id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    client_secret: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    domains: Annotated[list[Domain], Field(max_length=20)]
    role: Literal["admin", "member"] = "member"
    enabled: bool = True


class SignOnOut(BaseModel):
    """The workspace's provider; all null where there is none. ``redirect_uri`` is what the provider has to know,
    ``sign_out_uri`` where it says that it signed somebody out (back-channel logout, if it can), ``record_value`` what
    each domain's ``_imisofts`` TXT record has to say before its people come by it."""

    redirect_uri: str
    sign_out_uri: str
    issuer: str | None
    client_id: str | None
    domains: list[str]
    proven_domains: list[str]
    role: Literal["admin", "member"] | None
    enabled: bool
    record_value: str | None
    checked_at: datetime | None
    problem: str | None
    version: int | None


class SignOnAsk(BaseModel):
    """Who wants to come in by single sign-on: at a workspace's own host nothing is needed, else an address of one of
    its domains."""

    model_config = ConfigDict(json_schema_extra={"example": {"email": "ada@example.com"}})

    email: Email | None = None
    remember: bool = False


class SignOnGo(BaseModel):
    """Where the browser goes, and the ticket that it has to bring back."""

    url: str
    ticket: str


class SignOnBack(BaseModel):
    """What the browser brings back: its ticket, and what the provider put into the address."""

    model_config = ConfigDict(json_schema_extra={"example": {"ticket": "kept", "state": "sent", "code": "given"}})

    ticket: str = Field(min_length=1, max_length=4000)
    state: str = Field(min_length=1, max_length=200)
    code: str = Field(min_length=1, max_length=4000)


class SignOnEnd(BaseModel):
    """Where this session's provider signs people out; null for a session that began otherwise, or where the provider
    offers no such page."""

    url: str | None


class SignOnOrder(BaseModel):
    """What the provider's server sends when it has signed somebody out."""

    model_config = ConfigDict(json_schema_extra={"example": {"logout_token": "from-the-provider"}})

    logout_token: str = Field(min_length=1, max_length=8000)
