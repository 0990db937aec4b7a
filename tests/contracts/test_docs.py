"""Lists in the docs are compared with the code: a setting or command that only one of them knows fails here."""

import re
from pathlib import Path

from typer.main import get_command

from imisofts import cli, settings

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    page = (ROOT / "docs/operate/settings.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE)
    assert sorted(documented) == sorted(settings.names())


def test_the_readme_shows_only_commands_that_exist() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^imisofts (\w+)", page, flags=re.MULTILINE))
    known = set(get_command(cli.app).commands)  # type: ignore[attr-defined]
    assert shown, "the README shows no command"
    assert shown <= known


def test_links_between_documents_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
