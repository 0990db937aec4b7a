"""An agency's own CSS, through an allow-list: what leaves here can change how a client's pages look, and nothing else.

Every selector is confined to the page's content, so that no rule reaches the frame, a menu or a dialog. There is no
address in it to load from, nothing that moves over something else, and no text of its own. Pure.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import tinycss2
from tinycss2.ast import Node

from api.brand.errors import StyleRefused

MAX_CHARACTERS: Final = 20_000
ROOT: Final = "#content"
_MARGINS: Final = frozenset(
    f"{name}{side}"
    for name in ("margin", "padding")
    for side in ("", "-top", "-right", "-bottom", "-left", "-block", "-inline", "-block-start", "-block-end",
                 "-inline-start", "-inline-end")
)  # fmt: skip
_BORDERS: Final = frozenset(
    f"border{side}{what}"
    for side in ("", "-top", "-right", "-bottom", "-left")
    for what in ("", "-color", "-style", "-width")
)
PROPERTIES: Final = _MARGINS | _BORDERS | {
    "accent-color", "background", "background-color", "border-collapse", "border-radius", "border-spacing",
    "border-bottom-left-radius", "border-bottom-right-radius", "border-top-left-radius", "border-top-right-radius",
    "box-shadow", "caret-color", "color", "column-gap", "fill", "font", "font-family", "font-feature-settings",
    "font-size", "font-stretch", "font-style", "font-variant", "font-variant-caps", "font-variant-numeric",
    "font-weight", "gap", "letter-spacing", "line-height", "list-style-type", "outline-color", "row-gap", "stroke",
    "text-align", "text-decoration", "text-decoration-color", "text-decoration-line", "text-decoration-style",
    "text-decoration-thickness", "text-shadow", "text-transform", "text-underline-offset", "vertical-align",
    "word-spacing",
}  # fmt: skip
"""What may be set: colour, type, lines and room. Nothing that places, hides, moves or loads."""
_FUNCTIONS: Final = frozenset(
    {"calc", "clamp", "color-mix", "conic-gradient", "hsl", "hsla", "hwb", "lab", "lch", "linear-gradient", "max",
     "min", "oklab", "oklch", "radial-gradient", "repeating-linear-gradient", "rgb", "rgba", "var"}
)  # fmt: skip
_PSEUDO: Final = frozenset(
    {"active", "checked", "disabled", "empty", "enabled", "first-child", "first-letter", "first-line", "first-of-type",
     "focus", "focus-visible", "focus-within", "has", "hover", "is", "last-child", "last-of-type", "link", "not",
     "nth-child", "nth-last-child", "nth-of-type", "only-child", "visited", "where"}
)  # fmt: skip
_MEDIA: Final = frozenset({"and", "screen", "print", "not", "prefers-color-scheme", "dark", "light", "min-width",
                           "max-width", "prefers-reduced-motion", "reduce", "no-preference"})  # fmt: skip


def cleaned(source: str) -> str:
    """The sheet as it is served; empty for an empty one. Raises :class:`StyleRefused`, which names the line."""
    if len(source) > MAX_CHARACTERS:
        raise _refused(1, f"Own styles may have {MAX_CHARACTERS:,} characters; these have {len(source):,}.")
    rules = tinycss2.parse_stylesheet(source, skip_comments=True, skip_whitespace=True)
    return "\n".join(_rules(rules, inside_media=False))


def _rules(rules: Iterable[Node], *, inside_media: bool) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            yield f"{_selectors(rule)}{{{_declarations(rule)}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword == "media" and rule.content is not None:
            if inside_media:
                raise _refused(rule.source_line, "One @media stands inside another. Write one.")
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            yield f"@media {_media(rule)}{{{''.join(_rules(inner, inside_media=True))}}}"
        elif rule.type == "at-rule":
            raise _refused(rule.source_line, f"@{rule.at_keyword} is not allowed here; only @media is.")
        else:
            raise _refused(rule.source_line, f"This cannot be read: {getattr(rule, 'message', 'unknown')}.")


def _media(rule: Any) -> str:
    for token in _flat(rule.prelude):
        if token.type == "ident" and token.lower_value not in _MEDIA:
            raise _refused(token.source_line, f"“{token.value}” is not allowed in @media.")
        if token.type not in {"ident", "whitespace", "dimension", "number", "() block", "literal", "comment"}:
            raise _refused(token.source_line, "This @media cannot be read.")
    return _text(rule.prelude)


def _selectors(rule: Any) -> str:
    """Each selector of a rule, confined to the content."""
    parts: list[list[Node]] = [[]]
    for token in rule.prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return ",".join(_confined(part, rule.source_line) for part in parts)


def _confined(tokens: list[Node], line: int) -> str:
    text = _text(tokens)
    if not text:
        raise _refused(line, "A selector is missing.")
    if text[0] in "+~>|":
        raise _refused(line, f"A selector may not begin with “{text[0]}”.")
    _check_selector(tokens)
    return f"{ROOT} {text}"


def _check_selector(tokens: Iterable[Node]) -> None:
    colon = False
    for token in _flat(tokens):
        if token.type in {"function", "ident"} and colon:
            name = token.lower_name if token.type == "function" else token.lower_value
            if name not in _PSEUDO:
                raise _refused(token.source_line, f"“:{name}” is not allowed in a selector.")
        elif token.type not in {"ident", "hash", "literal", "whitespace", "[] block", "string", "number", "dimension"}:
            raise _refused(token.source_line, "This selector cannot be read.")
        elif token.type == "literal" and token.value not in set(".,:>+~*=^$|-"):
            raise _refused(token.source_line, f"“{token.value}” is not allowed in a selector.")
        colon = token.type == "literal" and token.value == ":"


def _declarations(rule: Any) -> str:
    said = []
    for node in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
        if node.type != "declaration":
            raise _refused(node.source_line, "Only “property: value;” may stand between the braces.")
        if node.lower_name not in PROPERTIES:
            raise _refused(node.source_line, f"“{node.name}” may not be set here.")
        _check_value(node)
        said.append(f"{node.lower_name}:{_text(node.value)}{' !important' if node.important else ''}")
    return ";".join(said)


def _check_value(declaration: Any) -> None:
    for token in _flat(declaration.value):
        if token.type == "url" or (token.type == "function" and token.lower_name == "url"):
            raise _refused(token.source_line, "Nothing is loaded from elsewhere: url() is not allowed.")
        if token.type == "function" and token.lower_name not in _FUNCTIONS:
            raise _refused(token.source_line, f"“{token.name}()” is not allowed in a value.")
        if token.type in {"error", "at-keyword", "{} block", "unicode-range"}:
            raise _refused(token.source_line, "This value cannot be read.")
        if token.type == "string" and declaration.lower_name not in {"font", "font-family", "font-feature-settings"}:
            raise _refused(token.source_line, "Text in quotes is only for font names.")
        if declaration.lower_name in _MARGINS and _is_negative(token):
            raise _refused(token.source_line, "A margin may not be negative: nothing lies over something else.")
    if declaration.lower_name in _MARGINS and any(t.type == "function" for t in declaration.value):
        raise _refused(declaration.source_line, "A margin is a plain length, such as 12px.")


def _is_negative(token: Any) -> bool:
    return token.type in {"number", "dimension", "percentage"} and token.value < 0


def _flat(tokens: Iterable[Node]) -> Iterator[Any]:
    """Every token, blocks and functions opened."""
    for token in tokens:
        yield token
        yield from _flat(getattr(token, "content", None) or getattr(token, "arguments", None) or ())


def _text(tokens: Iterable[Node]) -> str:
    """Written anew from what was understood, so that no escape hides anything; without comments."""
    return str(tinycss2.serialize([token for token in tokens if token.type != "comment"])).strip()


def _refused(line: int, message: str) -> StyleRefused:
    return StyleRefused(f"Line {line}: {message}", fields=[("css", f"Line {line}: {message}")])
