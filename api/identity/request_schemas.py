"""Signing up and changing one's address, as the API shows it."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.identity.schemas import Currency, Email, Name, Password, Slug, Timezone
from imisofts.currencies import CODES
from imisofts.languages import Locale


def _is_currency(code: str) -> str:
    if code not in CODES:
        raise ValueError("is no currency")
    return code


class Agency(BaseModel):
    """What is known of an agency before it is made; ``name`` is its owner's, ``locale`` the language they asked in."""

    name: Name
    agency: Name
    slug: Slug
    currency: Annotated[Currency, AfterValidator(_is_currency)]
    timezone: Timezone
    locale: Locale | None = None


class SignUp(Agency):
    """Somebody who wants an agency here. The password is chosen once the address is confirmed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "email": "ada@example.com",
                "name": "Ada Lovelace",
                "agency": "Engine Studio",
                "slug": "engine",
                "currency": "GBP",
                "timezone": "Europe/London",
                "terms": True,
            }
        },
    )

    email: Email
    terms: Literal[True]


class SlugOut(BaseModel):
    """A short name; ``problem`` says why it cannot be had, null where it can."""

    slug: str
    problem: str | None


class RequestToken(BaseModel):
    """The token from the address in the mail."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"token": "from-the-link"}})

    token: str = Field(min_length=1, max_length=200)


class SignUpOut(BaseModel):
    """What waits to be made, and whether its owner has to choose a password; ``slug_problem`` says that the short name
    was taken meanwhile."""

    email: str
    agency: str
    slug: str
    slug_problem: str | None
    needs_password: bool


class SignUpConfirm(RequestToken):
    """The token, a password where there is none yet, and another short name where the first was taken."""

    password: Password | None = None
    slug: Slug | None = None


class EmailChange(BaseModel):
    """The address to sign in with from now on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"email": "ada@new.example"}})

    email: Email


class EmailChangeOut(BaseModel):
    """What a link confirms: the change to ``email``, by the *new* or the *old* address, or its *undo*."""

    part: Literal["new", "old", "undo"]
    email: str


class EmailConfirmed(BaseModel):
    """``changed`` says that the address is changed; else the other address has not confirmed yet."""

    changed: bool
