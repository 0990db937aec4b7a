"""A brand as the API shows and takes it."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from api.brand.stylesheet import MAX_CHARACTERS
from imisofts.brand import FONTS
from imisofts.languages import Locale

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def _plain(text: str) -> str:
    """Words only: a line break, or one that turns the writing around, would forge a mail's head or a name."""
    if _CONTROL.search(text) or "\n" in text:
        raise ValueError("must be one line of plain text")
    return text


def _lines(text: str) -> str:
    if _CONTROL.search(text.replace("\r\n", "\n")):
        raise ValueError("must be plain text")
    return text.replace("\r\n", "\n")


def _known_font(name: str) -> str:
    if name not in FONTS:
        raise ValueError(f"is none of our fonts: {', '.join(FONTS)}")
    return name


Colour = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^#[0-9a-fA-F]{6}$"),
    Field(examples=["#1f5f8b"]),
]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_plain)]
Lines = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(_lines)]
Font = Annotated[str, AfterValidator(_known_font), Field(max_length=60, json_schema_extra={"enum": list(FONTS)})]
Address = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=254,
        pattern=r"^$|^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
        r"[A-Za-z]{2,63}$",
    ),
    Field(examples=["hello@studio.example"]),
]


class BrandDraft(BaseModel):
    """What would be changed. An empty text takes a line away; null leaves it as it is."""

    model_config = ConfigDict(extra="forbid")

    name: Line | None = None
    accent: Colour | None = None
    second: Colour | Literal[""] | None = None
    font_family: Font | None = None
    sender_name: Line | None = None
    reply_to: Address | None = None
    footer: Line | None = None
    legal: Lines | None = None
    powered_by: bool | None = None


class MailDraft(BrandDraft):
    """The same, and the language of whoever reads the mail."""

    locale: Locale | None = None


class BrandUpdate(BrandDraft):
    """What to change. An empty text takes a line away; null leaves it as it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"accent": "#1f5f8b", "footer": "Northlight Studio · Lichtstraße 12 · Berlin"}},
    )

    css: Annotated[str, Field(max_length=MAX_CHARACTERS)] | None = None


class FaintColour(BaseModel):
    """A colour that is hard to read on white, its contrast, and the nearest shade with at least 4.5 to 1."""

    field: Literal["accent", "second"]
    contrast: float
    nearest: str


class Look(BaseModel):
    """What everybody may see of a brand, the sign-in page included. ``logo``, ``favicon`` and ``style`` are hashes of
    files under ``/v1/brand/files/``; ``second`` is empty where there is no second colour."""

    name: str
    accent: str
    second: str
    font_family: str
    logo: str | None
    favicon: str | None
    style: str | None
    footer: str
    legal: str
    powered_by: bool


class BrandOut(Look):
    """The whole brand, for those who set it; ``css`` is the sheet as it was typed. Without ``white_label`` in the plan,
    own styles, the icon and silence about us are kept and not shown."""

    sender_name: str
    reply_to: str
    css: str
    white_label: bool
    warnings: list[FaintColour]
    version: int


class PictureOut(BaseModel):
    """A picture that is worn: its hash, and its size in pixels where that is known."""

    sha256: str
    width: int | None
    height: int | None
