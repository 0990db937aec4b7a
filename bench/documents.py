"""The ten pages once more by WeasyPrint, from HTML with the same words, tables, charts and fonts."""

import base64
import html
import tempfile
from pathlib import Path
from typing import Any

from api.paper import fonts
from api.paper.language import Language
from api.reports.content import content
from api.reports.figures import Frozen
from bench import peers
from bench.page import Page
from imisofts import charts
from imisofts.brand import Brand

_STYLE = """
@page { size: A4; margin: 26mm 22mm 24mm; @bottom-right { content: counter(page) " / " counter(pages) } }
body { font: 9.5pt Inter } table { width: 100%; border-collapse: collapse } td, th { border-bottom: .5pt solid #ccc }
h1 { font-size: 17pt } h2 { font-size: 12pt } section { break-before: page } img { width: 100% }
"""


def by_weasyprint(
    page: Page, frozen: Frozen, brand: Brand, language: Language, assets: Path, *, ours: float, drawing: float
) -> None:
    """WeasyPrint draws no charts: it gets ours, and the seconds of ``drawing`` them count for both."""
    what, goal = "the same by WeasyPrint, with the same charts", "≥ 20 × as slow as ours"
    with tempfile.TemporaryDirectory(prefix="imisofts-bench-") as folder:
        file = Path(folder) / "report.html"
        file.write_text(_page(content(frozen, brand, language), brand, assets), encoding="utf-8")
        try:
            theirs = peers.run("document", {"RIVAL_DOCUMENT": str(file)})
        except peers.NotMeasured as reason:
            page.not_measured(what, str(reason), goal)
            return
    ratio = (theirs["seconds"] + drawing) / ours
    note = f"{theirs['seconds']:.1f} s warm for {theirs['pages']} pages, and {drawing:.2f} s for the charts as in ours"
    if ours > drawing:  # not so where the machine was busier for the one than for the other
        note += f"; were the charts free, {theirs['seconds'] / (ours - drawing):.0f} ×"
    page.add(what, f"{ratio:.1f} ×", note, goal=goal, met=ratio >= 20)


def _page(said: dict[str, Any], brand: Brand, assets: Path) -> str:
    summary, defined = said["summary"], said["definitions"]
    parts = [f"<h1>{html.escape(said['title'])}</h1>"]
    parts += [f"<h1>{html.escape(summary['heading'])}</h1>", *map(_paragraph, summary["paragraphs"])]
    for section in said["sections"]:
        parts += ["<section>", f"<h1>{html.escape(section['heading'])}</h1>", _paragraph(section["finding"])]
        parts += [_block(block) for block in section["blocks"]] + ["</section>"]
    parts += [f"<h1>{html.escape(defined['heading'])}</h1>"]
    parts += [f"<p><b>{html.escape(one['label'])}</b> {html.escape(one['text'])}</p>" for one in defined["items"]]
    faces = "".join(_face(file) for folder in fonts.folders(assets, ["Inter"]) for file in folder.glob("*.ttf"))
    head = f"<meta charset=utf-8><title>{html.escape(said['title'])}</title><style>{faces}{_STYLE}</style>"
    return f"<!doctype html><html lang=en><head>{head}</head><body>{''.join(parts)}</body></html>"


def _face(file: Path) -> str:
    weight = file.parent.name[:3]
    return f"@font-face {{ font-family: Inter; font-weight: {weight}; src: url('file://{file}') }}"


def _block(block: dict[str, Any]) -> str:
    heading = f"<h2>{html.escape(block['heading'])}</h2>" if block["heading"] else ""
    if block["kind"] == "chart":
        drawn = base64.b64encode(charts.svg(block["chart"]).encode()).decode()
        alt = html.escape(block["chart"]["description"])
        return f'{heading}{_paragraph(block["text"] or "")}<img alt="{alt}" src="data:image/svg+xml;base64,{drawn}">'
    head = "".join(f"<th>{html.escape(name)}</th>" for name in block["head"])
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in block["rows"])
    return f"{heading}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def _cell(value: Any) -> str:
    return f"<td>{html.escape(value['word'] if isinstance(value, dict) else value)}</td>"
