"""What a subject states about its marts, so that the audit can judge them: frames and reconciliations."""

from __future__ import annotations

from dataclasses import dataclass, field

from imisofts.currencies import CODES, decimals
from warehouse.metrics import policy


@dataclass(frozen=True)
class Frame:
    """What is expected of one mart: its grain, closed ranges, and closed sets of values."""

    key: tuple[str, ...] = ()
    ranges: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Reconciliation:
    """Two queries of the shape (workspace_id, currency, amount); `marts` is what `mart` reads."""

    name: str
    marts: tuple[str, ...]
    raw: str
    mart: str


def minor(amount: str) -> str:
    """SQL: units of a currency as its minor units, by the currencies' own list and not by dbt's."""
    others = "".join(f" when '{code}' then {decimals(code)}" for code in sorted(CODES) if decimals(code) != 2)
    return f"cast({amount} * cast(power(10, case currency{others} else 2 end) as integer) as decimal(38, 4))"


def money(name: str, table: str, mart: str, raw_amount: str, mart_amount: str, where: str = "true") -> Reconciliation:
    """The same sum of money: a column of the source in minor units against one of the mart in units."""
    return Reconciliation(
        name=name,
        marts=(mart,),
        raw=f"select workspace_id, currency, sum({raw_amount}) from lake.raw.{table} where {where} group by all",
        mart=f"select workspace_id, currency, sum({minor(mart_amount)}) from scratch.marts.{mart} group by all",
    )


def rows(name: str, table: str, mart: str, where: str = "true") -> Reconciliation:
    """The same number of rows."""
    return Reconciliation(
        name=name,
        marts=(mart,),
        raw=f"select workspace_id, 'rows', count(*) from lake.raw.{table} where {where} group by all",
        mart=f"select workspace_id, 'rows', count(*) from scratch.marts.{mart} group by all",
    )


def value(switch: str) -> str:
    """The value of one switch of the policy."""
    return str(policy()[switch]["value"])
