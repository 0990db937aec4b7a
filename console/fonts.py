"""The brand's font, from the portal's built assets: self-hosted, so that no page asks another host."""

import json
from functools import cache
from pathlib import Path


@cache
def faces(assets_path: Path) -> str:
    """The build's ``@font-face`` rules, addressed below ``/brand``; empty before the first build."""
    manifest = assets_path / "manifest.json"
    if not manifest.exists():
        return ""
    files: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
    name = files.get("fonts.css")
    return (assets_path / name).read_text(encoding="utf-8").replace('url("', 'url("/brand/') if name else ""
