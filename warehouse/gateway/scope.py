"""Who may see which rows, bound in one place: the lake has no row security of its own, this is it."""

import re
from dataclasses import dataclass

from imisofts.access import Actor
from warehouse.metrics import marts

MARTS = "lake.marts"
_PLACE = re.compile(r"\{([a-z_]+)\}")
_OF_EVERYBODY = frozenset({"dim_workspaces", "dim_currency_rates"})
"""Rows of no client that somebody narrowed to clients may see: how the house reads days and
money, and what a currency is worth."""


def named(sql: str) -> frozenset[str]:
    """The marts that a question names."""
    return frozenset(_PLACE.findall(sql))


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows of one actor. Every question names marts as ``{mart}``, and only :meth:`bind` fills these places."""

    actor: Actor

    def bind(self, sql: str, parameters: dict[str, object], within: str = MARTS) -> tuple[str, dict[str, object]]:
        """The question over the actor's rows alone, of the marts ``within`` a schema; the actor's own parameters cannot
        be replaced."""
        bound = _PLACE.sub(lambda place: self._relation(place.group(1), within), sql)
        needed = {name: value for name, value in self._parameters().items() if f"$scope_{name}" in bound}
        return bound, parameters | {f"scope_{name}": value for name, value in needed.items()}

    def _parameters(self) -> dict[str, object]:
        narrowed = self.actor.client_ids
        clients = [] if narrowed is None else sorted(str(client_id) for client_id in narrowed)
        projects = sorted(str(project_id) for project_id in self.actor.project_ids)
        everything = narrowed is None
        workspace = str(self.actor.workspace_id)
        return {"workspace": workspace, "clients": clients, "projects": projects, "every_client": everything}

    def _relation(self, mart: str, within: str) -> str:
        return f"(select * from {within}.{mart} where {self.condition(mart)})"

    def condition(self, mart: str) -> str:
        """The guard itself: the workspace, and the clients and single projects that the actor is narrowed to; to
        these, rows of nobody's client are nothing."""
        workspace = "workspace_id = cast($scope_workspace as uuid)"
        if marts.of_clients(mart):
            narrowed = "client_id in (select unnest(cast($scope_clients as uuid[])))"
            if self.actor.project_ids and marts.of_projects(mart):
                narrowed += " or project_id in (select unnest(cast($scope_projects as uuid[])))"
            return f"{workspace} and ($scope_every_client or {narrowed})"
        return workspace if mart in _OF_EVERYBODY else f"{workspace} and $scope_every_client"
