"""What the API says reaches a German reader in German: every sentence of its code, and pydantic's about a value."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from portal import foreign, language
from portal.door import Problem
from tests.portal import refused, said
from tests.portal.test_translations import catalogue

FOLDER = said.ROOM / "locale" / "de" / "LC_MESSAGES"


@pytest.fixture(autouse=True)
def german() -> Iterator[None]:
    language.choose("de")
    yield
    language.choose("en")


def places(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))


def test_every_sentence_of_the_api_has_a_german_one() -> None:
    german, said_there = catalogue(FOLDER / "api.po"), refused.everything()
    missing = []
    for text, place in said_there.items():
        found = german.get(text)
        told = found.string if found is not None and isinstance(found.string, str) and not found.fuzzy else ""
        if not told or not places(told) <= places(text):
            missing.append(f'#: {place}\nmsgid "{text.replace(chr(34), chr(92) + chr(34))}"\nmsgstr ""\n')
    assert not missing, "\n" + "\n".join(missing)
    assert {one.id for one in german if one.id} - set(said_there) == set(), "nobody says these any more"


def test_a_sentence_is_found_with_its_values_and_days_are_written_out() -> None:
    told = foreign.sentence("Only €1,000.00 of invoice R-7 is open; no more can be paid.")
    assert told == "Von Rechnung R-7 sind nur €1,000.00 offen; mehr geht nicht."
    assert foreign.sentence("The line cannot change on 2026-03-05: this line has ended before 2026-03-05.") == (
        "Die Position kann sich am 05.03.2026 nicht ändern: diese Position ist vor dem 05.03.2026 beendet."
    )
    assert foreign.sentence("Value error, is no time zone") == "ist keine Zeitzone"
    assert foreign.sentence("Something nobody ever said.") == "Something nobody ever said."


def test_a_refusal_keeps_its_code_and_the_names_of_its_fields() -> None:
    told = foreign.problem(Problem(409, "overpaid", "An invoice has a client.", {"client_id": "cannot be empty"}))
    assert (told.status, told.code, told.detail) == (409, "overpaid", "Eine Rechnung hat einen Kunden.")
    assert told.fields == {"client_id": "darf nicht leer sein"}


def test_in_english_everything_stays_as_it_came() -> None:
    language.choose("en")
    assert foreign.sentence("An invoice has a client.") == "An invoice has a client."


class Strict(BaseModel):
    """Takes one field and no other."""

    model_config = ConfigDict(extra="forbid")

    needed: int


VALUES: tuple[tuple[Any, Any], ...] = (
    (Strict, {}),
    (Strict, {"needed": 1, "more": 2}),
    (Annotated[str, Field(min_length=1)], ""),
    (Annotated[str, Field(min_length=2)], ""),
    (Annotated[str, Field(max_length=1)], "ab"),
    (Annotated[str, Field(max_length=2)], "abc"),
    (Annotated[str, Field(pattern="^a$")], "b"),
    (Annotated[list[int], Field(min_length=1)], []),
    (Annotated[list[int], Field(max_length=1)], [1, 2]),
    (str, 1),
    (int, "x"),
    (int, 1.5),
    (bool, "x"),
    (UUID, "x"),
    (Annotated[int, Field(gt=0)], 0),
    (Annotated[int, Field(ge=1)], 0),
    (Annotated[int, Field(lt=0)], 0),
    (Annotated[int, Field(le=0)], 1),
    (Literal["a", "b"], "c"),
    (Annotated[Decimal, Field(max_digits=2)], "123"),
    (Annotated[Decimal, Field(decimal_places=2)], "1.234"),
    (Annotated[Decimal, Field(max_digits=3, decimal_places=2)], "12.3"),
)


@pytest.mark.parametrize(("kind", "value"), VALUES)
def test_what_pydantic_says_of_a_value(kind: Any, value: Any) -> None:
    with pytest.raises(ValidationError) as refusal:
        TypeAdapter(kind).validate_python(value)
    message = refusal.value.errors()[0]["msg"]
    assert foreign.sentence(message) not in {message, ""}
    assert not re.search(r"\b(should|be|have|is|are|not|input)\b", foreign.sentence(message))
