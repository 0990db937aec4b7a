"""Own styles change how the content looks; whatever would reach further is refused by its line."""

import pytest

from api.brand.errors import StyleRefused
from api.brand.stylesheet import MAX_CHARACTERS, PROPERTIES, cleaned


def test_every_selector_is_confined_to_the_content() -> None:
    source = ".card, h1 > a:hover { color: #123456; border-radius: 2px }"
    assert cleaned(source) == "#content .card,#content h1 > a:hover{color:#123456;border-radius:2px}"


def test_media_comments_and_functions() -> None:
    source = """
    /* our look */
    @media (prefers-color-scheme: dark) and (min-width: 600px) {
        h1 { color: color-mix(in srgb, red 20%, white) !important }
    }
    .stat { background: linear-gradient(90deg, var(--accent), rgb(0 0 0 / 10%)); font-family: "Inter", serif }
    """
    made = cleaned(source)
    assert "@media (prefers-color-scheme: dark) and (min-width: 600px){#content h1{color:color-mix" in made
    assert "#content .stat{background:linear-gradient(90deg, var(--accent), rgb(0 0 0 / 10%))" in made
    assert cleaned("  /* nothing */ ") == ""


@pytest.mark.parametrize(
    ("source", "line", "word"),
    [
        ("h1 { color: red }\n@import 'https://evil.example/x.css';", 2, "@import"),
        ("@font-face { font-family: x; src: url(x) }", 1, "@font-face"),
        ("a {\n  background: url(https://evil.example/p.png);\n}", 2, "url()"),
        ("a { background: \\75rl(x) }", 1, "url()"),
        ('a { background: url("x") }', 1, "url()"),
        ("a { background: image-set('x' 1x) }", 1, "image-set()"),
        ("a { background: var(--x, url(x)) }", 1, "url()"),
        ("a { position: fixed }", 1, "position"),
        ("a { \\70osition: fixed }", 1, "position"),
        ("a { display: none }", 1, "display"),
        ("a::after { content: 'Pay here' }", 1, ":after"),
        ("a { content: 'Pay here' }", 1, "content"),
        ("a { margin-top: -900px }", 1, "negative"),
        ("a { margin: calc(0px - 900px) }", 1, "plain length"),
        ("a { --accent: red }", 1, "--accent"),
        ("a { color: expression(alert(1)) }", 1, "expression()"),
        ("a { width: 900vw }", 1, "width"),
        ("~ nav { color: red }", 1, "may not begin"),
        ("+ .foot { color: red }", 1, "may not begin"),
        ("a, > b { color: red }", 1, "may not begin"),
        (":root { color: red }", 1, ":root"),
        (":host(a) { color: red }", 1, ":host"),
        ("a { & b { color: red } }", 1, "between the braces"),
        ("a { color: red", 1, ""),
        ("a } b { color: red }", 1, "selector"),
        ("@media screen { @media print { a { color: red } } }", 1, "inside another"),
        ("@media (min-resolution: 2dppx) { a { color: red } }", 1, "min-resolution"),
        ("{ color: red }", 1, "selector is missing"),
    ],
)
def test_what_reaches_further_is_refused_by_its_line(source: str, line: int, word: str) -> None:
    if not word:
        assert cleaned(source) == "#content a{color:red}"
        return
    with pytest.raises(StyleRefused) as refused:
        cleaned(source)
    assert refused.value.detail.startswith(f"Line {line}: ")
    assert word in refused.value.detail


def test_a_sheet_has_a_size() -> None:
    with pytest.raises(StyleRefused, match="characters"):
        cleaned("a{color:red}" + " " * MAX_CHARACTERS)


@pytest.mark.parametrize("name", ["position", "z-index", "display", "visibility", "opacity", "transform",
                                  "content", "clip-path", "pointer-events", "cursor", "animation", "filter",
                                  "inset", "top"])  # fmt: skip
def test_nothing_that_moves_hides_or_loads_is_in_the_list(name: str) -> None:
    assert name not in PROPERTIES
