"""What a part builds and tests, the tables that leave it, and what the publisher makes of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.models.compiled import MARTS, Model, Project, Test
from warehouse.parts.cutting import COLUMN

ROW_BY_ROW = frozenset({"not_null", "accepted_values", "relationships"})
"""Rules that each row keeps or breaks within its workspace. A key of which the workspace is a part is such a rule, too:
no part exports a row of another one's workspace. What is said of an id alone, or by hand, is of the whole."""


@dataclass(frozen=True)
class Plan:
    """``part`` is what each part builds and tests; tables that are ``exported`` leave it, others do not.

    ``gathered`` is what the publisher makes: views, over the exported files, and over the lake of what only renames it.
    ``whole`` are the tests that it asks of them.
    """

    part: Project
    exported: tuple[str, ...]
    gathered: tuple[Model, ...]
    whole: tuple[Test, ...]


def plan(models: Sequence[Model], tests: Sequence[Test]) -> Plan:
    """Marts leave a part, and each computed table that a test of the whole reads; one over the lake alone need not."""
    of_rows = tuple(test for test in tests if test.models and (test.rule in ROW_BY_ROW or COLUMN in test.together))
    whole = tuple(test for test in tests if test not in of_rows)
    tested = {name for test in whole for name in test.models}
    wanted = [model for model in models if model.schema == MARTS or model.name in tested]
    exported = tuple(model.name for model in wanted if model.kept and (model.models or model.schema == MARTS))
    gathered = tuple(dataclasses.replace(model, kept=False) for model in wanted)
    return Plan(Project(tuple(models), of_rows), exported, gathered, whole)
