"""Arithmetic over metrics: names, numbers, ``+ - * /`` and brackets, read once and computed exactly. No SQL."""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

Value = Decimal | None
_OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression by its text; ``names`` are the metrics in it. Raises ValueError where it holds anything else."""

    text: str

    def __post_init__(self) -> None:
        _check(self._tree())

    @property
    def names(self) -> tuple[str, ...]:
        """The metrics that the expression names, each once, in the order of the text."""
        found = (node for node in ast.walk(self._tree()) if isinstance(node, ast.Name))
        ordered = sorted(found, key=lambda node: node.col_offset)
        return tuple(dict.fromkeys(node.id for node in ordered))

    def value(self, values: Mapping[str, Value]) -> Value:
        """The result; blank where a part is blank or a divisor is nothing."""
        return _value(self._tree(), values)

    def _tree(self) -> ast.expr:
        return ast.parse(self.text, mode="eval").body


def _check(node: ast.expr) -> None:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        _check(node.left)
        _check(node.right)
    elif not isinstance(node, ast.Name) and not (isinstance(node, ast.Constant) and type(node.value) is int):
        raise ValueError(f"an expression over metrics holds names, whole numbers and + - * /, not {ast.unparse(node)}")


def _value(node: ast.expr, values: Mapping[str, Value]) -> Value:
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant):
        return Decimal(str(node.value))
    assert isinstance(node, ast.BinOp)
    left, right = _value(node.left, values), _value(node.right, values)
    if left is None or right is None or (isinstance(node.op, ast.Div) and right == 0):
        return None
    return _OPERATORS[type(node.op)](left, right)
