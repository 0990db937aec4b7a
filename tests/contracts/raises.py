"""Which problems a route may raise, read from its code: the functions that it calls, and those that they call."""

import ast
import inspect
import textwrap
from collections.abc import Hashable, Iterator
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.kit.errors import ApiError


def of_route(route: APIRoute) -> set[type[ApiError]]:
    """Every problem that the route or something it depends on makes."""
    found: set[type[ApiError]] = set()
    seen: set[Hashable] = set()
    waiting: list[Hashable] = list(_calls(route.dependant))
    while waiting:
        current = waiting.pop()
        if not isinstance(current, type) and not inspect.isfunction(current):
            current = vars(type(current)).get("__call__", type(current))
        if current in seen or not str(getattr(current, "__module__", "")).startswith("api."):
            continue
        seen.add(current)
        if isinstance(current, type) and issubclass(current, ApiError):
            found.add(current)
        else:
            waiting += _named(current)
    return found


def _calls(dependant: Dependant) -> Iterator[Hashable]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)


@cache
def _named(current: Hashable) -> list[Hashable]:
    """What a function calls, or the methods of a class that it makes."""
    if isinstance(current, type):
        return [part for part in vars(current).values() if inspect.isfunction(part)]
    assert inspect.isfunction(current)
    function = inspect.unwrap(current)
    if function.__code__.co_filename.startswith("<"):  # written by dataclasses
        return []
    names = {**function.__globals__, **inspect.getclosurevars(function).nonlocals, **_parameters(function)}
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    found = [_resolved(part, names) for node in ast.walk(tree) for part in _used(node)]
    return [each for each in found if inspect.isfunction(each) or isinstance(each, type)]


def _used(node: ast.AST) -> list[ast.expr]:
    """What a call calls and is given, because an argument may be a function that is called later; what is raised."""
    if isinstance(node, ast.Call):
        return [node.func, *node.args, *(keyword.value for keyword in node.keywords)]
    return [node.exc] if isinstance(node, ast.Raise) and node.exc else []


def _parameters(function: Any) -> dict[str, object]:
    """Parameters by the class of their annotation, so that their methods are found."""
    try:
        hints = get_type_hints(function)
    except (NameError, TypeError):
        return {}
    plain = {name: get_args(hint)[0] if get_origin(hint) is not None and get_args(hint) else hint
             for name, hint in hints.items()}  # fmt: skip
    return {name: hint for name, hint in plain.items() if isinstance(hint, type)}


def _resolved(node: ast.expr, names: dict[str, Any]) -> object:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        return getattr(_resolved(node.value, names), node.attr, None)
    return None
