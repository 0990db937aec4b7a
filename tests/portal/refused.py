"""Every sentence of the API that pages show, read from its code: refusals, why a report is held, help for files.

A text that is put together has ``{0}``, ``{1}``, … where its values stand. Names are followed to what the same function
gives them, calls to what a function of ours returns; what came from elsewhere was read where it is raised.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from types import ModuleType

from api.kit.errors import ApiError
from imisofts.settings import PROJECT_ROOT

ROOMS = ("api", "warehouse/gateway")
LEFT_OUT = ("api/app.py", "api/migrations", "api/client", "api/kit/database.py", "api/identity/operator.py")
OTHERS = {"ValueError"}
TOLD = {"note", "reason", "detail"}
"""Names under which the code keeps a sentence for people before it hands it on."""
NAME = re.compile(r"[a-z0-9_]+$")
"""A field or a code; no sentence."""
Function = ast.FunctionDef | ast.AsyncFunctionDef
Scope = ast.Module | Function


@dataclass(frozen=True)
class Module:
    """One file: its syntax, its functions by name, and what it is at run time, to tell errors from other classes."""

    name: str
    tree: ast.Module
    live: ModuleType

    @property
    def functions(self) -> dict[str, Function]:
        return {node.name: node for node in ast.walk(self.tree) if isinstance(node, Function)}

    def is_error(self, call: ast.Call) -> bool:
        """Whether a call makes a refusal."""
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        found = getattr(self.live, name, None)
        if not (isinstance(found, type) and issubclass(found, Exception)):
            return name in OTHERS
        return issubclass(found, ApiError) or found.__module__.startswith(("api.", "warehouse.gateway"))


@cache
def modules() -> tuple[Module, ...]:
    """All rooms that answer."""
    found = []
    for path in sorted(path for room in ROOMS for path in (PROJECT_ROOT / room).rglob("*.py")):
        name = str(path.relative_to(PROJECT_ROOT))
        if not name.startswith(LEFT_OUT):
            live = importlib.import_module(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
            found.append(Module(name, ast.parse(path.read_text()), live))
    return tuple(found)


def everything() -> dict[str, str]:
    """Text → where it stands."""
    found: dict[str, str] = {}
    for module in modules():
        for scope in (module.tree, *module.functions.values()):
            for node in ast.walk(scope):
                for text in _of_node(node, scope, module):
                    found.setdefault(text, f"{module.name}:{getattr(node, 'lineno', 0)}")
    return {text: place for text, place in found.items() if re.search(r"[^\W\d_]", text) and _is_said(text, place)}


def _is_said(text: str, place: str) -> bool:
    """Whether it is for people; what is said of health has single words in it."""
    return not NAME.match(text) or place.startswith("warehouse/gateway/health_words.py")


def _of_node(node: ast.AST, scope: Scope, module: Module) -> Iterator[str]:
    """Texts of a call, of what a function is given that makes the refusal, of what is kept under a telling name, and
    of a function that returns a reason."""
    if isinstance(node, ast.Call):
        yield from _of_call(node, scope, module)
    elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
        for argument in node.exc.args if node.exc.func.id in module.functions else ():
            yield from texts(argument, scope, module)
    elif isinstance(node, ast.Assign):
        for name, value in _assigned(node):
            yield from texts(value, scope, module) if name in TOLD else ()
    elif isinstance(node, Function) and node.name.endswith("_reason"):
        yield from _returned(node, module)


def _assigned(node: ast.Assign) -> Iterator[tuple[str, ast.expr]]:
    """Each name with what it is given, also where several are given at once."""
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from ((one.id, value) for one, value in zip(target.elts, node.value.elts, strict=False)
                        if isinstance(one, ast.Name))  # fmt: skip
        elif isinstance(target, ast.Name):
            yield target.id, node.value


def _of_call(call: ast.Call, scope: Scope, module: Module) -> Iterator[str]:
    """Texts of a call that makes a refusal, itself or by its class; of a field's help; of a held report."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    handed_on = called == "__init__" and module.name.endswith("errors.py")
    said = called == "say" and module.name.endswith(("hold.py", "health_words.py"))
    noted = ast.unparse(call.func).endswith((".notes.append", "made.refuse", "made.keep"))
    if isinstance(scope, Function) and (handed_on or said or noted or module.is_error(call)):
        for argument in call.args:
            yield from texts(argument, scope, module)
    for keyword in call.keywords:
        if keyword.arg in {"detail", "reason"} and called in {"ImportResult", "RowError", "KeptRow"}:
            yield from texts(keyword.value, scope, module)
        if keyword.arg == "about" and called in {"Field", "Kind", "Subject"}:
            yield from texts(keyword.value, scope, module)
        if keyword.arg == "fields":
            for pair in (node for node in ast.walk(keyword.value) if isinstance(node, ast.Tuple)):
                yield from texts(pair.elts[-1], scope, module)


def texts(node: ast.expr, scope: Scope, module: Module) -> tuple[str, ...]:
    """All that an expression can say."""
    match node:
        case ast.Constant(value=str(text)):
            return (text,)
        case ast.JoinedStr(values=parts):
            inner = (part.value for part in parts if isinstance(part, ast.FormattedValue))
            within = (text for value in inner for text in texts(value, scope, module) if " " in text)
            return (*_numbered(node), *within)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            pairs = product(texts(left, scope, module), texts(right, scope, module))
            return tuple(one + other for one, other in pairs)
        case ast.IfExp(body=body, orelse=other):
            return texts(body, scope, module) + texts(other, scope, module)
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)):
            return _given(name, scope, module)
        case ast.Call(func=ast.Name(id=name)) if name in module.functions and module.functions[name] is not scope:
            return _returned(module.functions[name], module)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=other), attr=name)):
            live = getattr(getattr(module.live, other, None), "__name__", "")
            for found in (one for one in modules() if one.live.__name__ == live and name in one.functions):
                return _returned(found.functions[name], found)
    return ()


def _returned(function: Function, module: Module) -> tuple[str, ...]:
    values = [one.value for one in ast.walk(function) if isinstance(one, ast.Return) and one.value is not None]
    return tuple(text for value in values for text in texts(value, function, module))


def _given(name: str, scope: Scope, module: Module) -> tuple[str, ...]:
    """What the function assigns to a name, or the module to a constant."""
    found: list[str] = []
    for body in (ast.walk(scope) if isinstance(scope, Function) else (), module.tree.body):
        for node in body:
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
                found += texts(node.value, scope, module)
            elif (
                isinstance(node, ast.AnnAssign)
                and ast.unparse(node.target) == name
                and isinstance(node.value, ast.Dict)
            ):
                found += (text for value in node.value.values for text in texts(value, scope, module))
    return tuple(found)


def _numbered(node: ast.JoinedStr) -> tuple[str, ...]:
    place, text = 0, ""
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        else:
            text, place = text + f"{{{place}}}", place + 1
    return (text,)
