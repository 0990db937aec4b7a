"""The brand's font, from the portal's built assets: self-hosted, so that no page asks another host."""

import json
from functools import cache
from pathlib import Path

from imisofts.brand import Brand


@cache
def faces(assets_path: Path, brand: Brand) -> str:
    """The build's ``@font-face`` rules of the default font and the brand's own, addressed below ``/brand``; empty
    before the first build."""
    manifest = assets_path / "manifest.json"
    if not manifest.exists():
        return ""
    files: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
    names = [files[name] for name in ("fonts.css", brand.font_sheet) if name in files]
    rules = "".join((assets_path / name).read_text(encoding="utf-8") for name in names)
    return rules.replace('url("', 'url("/brand/')
