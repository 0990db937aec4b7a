"""What a browser's key is asked and what it answers, between the API and the script ``passkeys.ts``."""

import json
from dataclasses import dataclass

from portal.door import Json


@dataclass(frozen=True, slots=True)
class Question:
    """What the key is asked, as JSON for the script, and the seal that goes back with the answer."""

    state: str
    options: str


def question_of(found: Json) -> Question:
    """A question as the API tells it."""
    return Question(str(found["state"]), json.dumps(found["options"]))


def credential_of(text: str) -> Json:
    """A key's answer as the script wrote it; empty for anything else."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
