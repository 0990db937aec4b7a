"""Second factors as the API shows them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.identity.schemas import Password, SessionOut, no_null
from imisofts.access import Role

Method = Literal["totp", "key", "recovery_code", "password"]
Sealed = Annotated[str, Field(min_length=1, max_length=2000)]
Code = Annotated[str, Field(max_length=20, examples=["287082"])]


class ChallengeOut(BaseModel):
    """Not in yet: the next step takes ``challenge``, within five minutes, and one of ``methods``. With ``enrol`` the
    workspace asks for a second factor and there is none: set up one of ``methods`` first."""

    challenge: str
    methods: list[Method]
    enrol: bool


Entered = SessionOut | ChallengeOut
"""What a way in answers."""


class KeyQuestion(BaseModel):
    """What a browser is asked: ``options`` as ``navigator.credentials`` takes them (its JSON form); ``state`` comes
    back with the answer."""

    state: str
    options: dict[str, Any]


class KeyAnswer(BaseModel):
    """What the browser answered (``PublicKeyCredential.toJSON()``)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"state": "from-the-question", "credential": {"id": "AQID"}}}
    )

    state: Sealed
    credential: Annotated[dict[str, Any], Field(max_length=20)]


class Proof(BaseModel):
    """Exactly one proof: the code of an authenticator, a recovery code, or a key's answer."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"code": "287082"}})

    code: Code | None = None
    recovery_code: Annotated[str, Field(max_length=40, examples=["k3v9-x8mw-zpq2-7hdn-c4rt-bj5g"])] | None = None

    key: KeyAnswer | None = None

    @model_validator(mode="before")
    @classmethod
    def _exactly_one(cls, values: Any) -> Any:
        if isinstance(values, dict) and len({name for name in PROOFS if values.get(name) is not None}) != 1:
            raise ValueError("takes exactly one proof")
        return values


PROOFS = ("code", "recovery_code", "key", "password")


class PasskeySignIn(KeyAnswer):
    """A passkey's answer; ``workspace`` is a slug, needed only by members of several."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"state": "from-the-question", "credential": {"id": "AQID"}}}
    )

    workspace: Annotated[str, Field(max_length=63)] | None = None
    remember: bool = False


class FactorAnswer(Proof):
    """The second step of a sign-in."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"challenge": "from-the-first-step", "code": "287082"}}
    )

    challenge: Sealed


class EnrolmentStart(BaseModel):
    """Who sets up a second factor before the first session."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"challenge": "from-the-first-step"}})

    challenge: Sealed


class TotpSetup(BaseModel):
    """An authenticator to be set up, within ten minutes: ``picture`` (SVG of ``address``) to scan or ``secret`` to
    type; ``setup`` comes back with its first code."""

    setup: str
    secret: str
    address: str
    picture: str


FactorName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(no_null)
]


class NewTotp(BaseModel):
    """The first code of an authenticator that was set up."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"setup": "from-before", "code": "287082"}})

    setup: Sealed
    code: Code
    name: FactorName = "Authenticator app"


class NewKey(KeyAnswer):
    """A key that the browser made, and a name for it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"state": "from-the-question", "credential": {"id": "AQID"}, "name": "Laptop"},
        },
    )

    name: FactorName = "Key"


class Enrolment(NewTotp):
    """A first authenticator, which completes the sign-in."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"challenge": "from-the-first-step", "setup": "from-before", "code": "287082"}},
    )

    challenge: Sealed


class KeyEnrolment(NewKey):
    """A first key, which completes the sign-in."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"challenge": "from-the-first-step", "state": "from-the-question", "credential": {"id": "AQID"}},
        },
    )

    challenge: Sealed


class FactorOut(BaseModel):
    """One of a person's second factors: ``totp`` or ``key``. A ``passkey`` signs in by itself; ``rp_id`` is the host
    that a key belongs to."""

    id: UUID
    kind: Literal["totp", "key"]
    name: str
    passkey: bool
    rp_id: str | None
    created_at: datetime
    last_used_at: datetime | None
    version: int


class SecurityOut(BaseModel):
    """How a person signs in; ``required`` says that the workspace asks for a second factor, ``required_from`` when it
    begins to, for who has none yet."""

    has_password: bool
    factors: list[FactorOut]
    recovery_codes_left: int
    required: bool
    required_from: datetime | None


class FactorUpdate(BaseModel):
    """A factor's other name."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "Phone"}})

    name: FactorName


class RecoveryCodes(BaseModel):
    """Ten codes; they are shown this once."""

    codes: list[str]


class SessionRow(BaseModel):
    """One of a person's sessions; ``current`` is the one that asks. ``address`` and ``user_agent`` are of the moment in
    which it was begun."""

    id: UUID
    workspace_name: str
    address: str | None
    user_agent: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    remember: bool
    current: bool


class Sessions(BaseModel):
    """A person's sessions in every workspace."""

    items: list[SessionRow]


class StepUp(Proof):
    """One proof more: by the second factor, or, without any, by the password."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"code": "287082"}})

    password: Password | None = None


class StepUpOut(BaseModel):
    """How the person can prove who she is; none is left to who has neither password nor factor but signing in anew."""

    methods: list[Method]


class PasswordChange(BaseModel):
    """The password of until now (empty for who has none) and the next one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"current": "the sentence of until now", "password": "another long sentence"}},
    )

    current: Password
    password: Password


class PolicyOut(BaseModel):
    """Roles whose sign-in takes a second factor; with ``starts_at``, from then on."""

    required_of: list[Role]
    starts_at: datetime | None
    version: int


class PolicyUpdate(BaseModel):
    """Roles to ask for a second factor; none for nobody."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"required_of": ["owner", "admin"]}})

    required_of: list[Role] = Field(max_length=len(Role))


class WithoutFactor(BaseModel):
    """A member who has no second factor."""

    id: UUID
    user_id: UUID
    name: str
    email: str
    role: Role
