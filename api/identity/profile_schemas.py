"""A person's own profile as the API shows it."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

from api.identity.schemas import Name, Timezone, no_null
from imisofts.languages import Locale

Phone = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), AfterValidator(no_null)]


class Step(BaseModel):
    """One part of a whole profile, and whether it is there."""

    step: Literal["name", "locale", "timezone", "phone", "second_factor"]
    done: bool


class ProfileOut(BaseModel):
    """Oneself. Without ``locale`` and ``timezone`` those of the client's reports or of the workspace count."""

    id: UUID
    name: str
    email: str
    locale: Locale | None
    timezone: str | None
    phone: str | None
    completion: list[Step]
    version: int


class ProfileUpdate(BaseModel):
    """What one may change of oneself; null takes a choice back."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"locale": "de", "timezone": "Europe/Berlin"}]}
    )

    name: Name | None = None
    locale: Locale | None = None
    timezone: Timezone | None = None
    phone: Phone | None = None

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if "name" in self.model_fields_set and self.name is None:
            raise ValueError("a name cannot be empty")
        return self
