"""The kinds of import as docs/use/importing.md tells them. ``python -m tests.api.imports.page`` writes the page."""

from pathlib import Path

from api.imports.kinds import SUBJECTS

FILE = Path(__file__).parents[3] / "docs" / "use" / "importing.md"
BEGIN, END = "<!-- kinds: written from the code -->", "<!-- end of kinds -->"


def kinds() -> str:
    """The table of all kinds, then the fields of each."""
    lines = ["| kind | required | optional |", "|---|---|---|"]
    for subject in SUBJECTS.values():
        required, _, optional = subject.usage.partition("; ")
        lines.append(f"| [`{subject.kind}`](#{subject.kind}) | {required} | {optional or '–'} |")
    for subject in SUBJECTS.values():
        lines += ["", f"### {subject.kind}", "", subject.about, "", "| field | what it holds |", "|---|---|"]
        for field in subject.fields:
            name = f"**{field.name}**" if field.required or field.name in subject.one_of else field.name
            lines.append(f"| {name} | {field.help} |")
    return "\n".join(lines)


def written() -> str:
    """What stands in the page between the marks."""
    return FILE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip()


if __name__ == "__main__":
    text = FILE.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    FILE.write_text(f"{head}{BEGIN}\n\n{kinds()}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
