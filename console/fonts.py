"""The brand's font, from the portal's built assets: self-hosted, so that no page asks another host."""

import json
from functools import cache
from pathlib import Path

WEIGHTS = (400, 500, 600)


@cache
def faces(assets_path: Path) -> tuple[tuple[int, str], ...]:
    """(weight, address) of each face that the build made; none before the first build."""
    manifest = assets_path / "manifest.json"
    if not manifest.exists():
        return ()
    files: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
    return tuple((w, f"/brand/{files[f'inter-{w}.woff']}") for w in WEIGHTS if f"inter-{w}.woff" in files)
