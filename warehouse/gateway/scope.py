"""Who may see which rows, bound in one place: the lake has no row security of its own, this is it."""

import re
from dataclasses import dataclass

from imisofts.access import Actor

_PLACE = re.compile(r"\{([a-z_]+)\}")
_WITHOUT_CLIENTS = frozenset({"dim_workspaces"})
_MARTS = _WITHOUT_CLIENTS | {
    "dim_clients",
    "fct_invoices",
    "fct_payments",
    "fct_credit_notes",
    "fct_receivable_movements",
    "fct_client_purchase_days",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows of one actor. Every question names marts as ``{mart}``, and only :meth:`bind` fills these places."""

    actor: Actor

    def bind(self, sql: str, parameters: dict[str, object]) -> tuple[str, dict[str, object]]:
        """The question over the actor's rows alone; the actor's own parameters cannot be replaced."""
        bound = _PLACE.sub(lambda place: self._relation(place.group(1)), sql)
        needed = {name: value for name, value in self._parameters().items() if f"$scope_{name}" in bound}
        return bound, parameters | {f"scope_{name}": value for name, value in needed.items()}

    def _parameters(self) -> dict[str, object]:
        narrowed = self.actor.client_ids
        clients = [] if narrowed is None else sorted(str(client_id) for client_id in narrowed)
        return {"workspace": str(self.actor.workspace_id), "clients": clients, "every_client": narrowed is None}

    def _relation(self, mart: str) -> str:
        if mart not in _MARTS:
            raise LookupError(f"no mart is called {mart}")
        return f"(select * from lake.marts.{mart} where {self.condition(mart in _WITHOUT_CLIENTS)})"

    def condition(self, without_clients: bool) -> str:
        """The guard itself: the workspace, and the clients that the actor is narrowed to."""
        if without_clients:
            return "workspace_id = cast($scope_workspace as uuid)"
        return (
            "workspace_id = cast($scope_workspace as uuid) and ($scope_every_client"
            " or client_id in (select unnest(cast($scope_clients as uuid[]))))"
        )
