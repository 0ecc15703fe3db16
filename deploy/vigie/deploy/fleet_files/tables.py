"""The tables of docs/fleet.md, made from the kinds: what each object has, and what may stand there."""

from collections.abc import Iterator

from vigie.deploy.fleet_files.typed_numbers import bound
from vigie.topics.fleet.field import Field, Form
from vigie.topics.fleet.kind import Kind, kinds

BEGIN, END = "<!-- vigie fleet doc -->", "<!-- end of vigie fleet doc -->"
"""Between these lines the page holds what `markdown` gives."""

_FORMS = {
    Form.TEXT: "text", Form.NUMBER: "number", Form.INTEGER: "whole number", Form.YES_NO: "oui or non (yes, no)",
    Form.DAY: "day", Form.INSTANT: "instant", Form.TEXTS: "list of texts", Form.SERIES: "list of series",
    Form.PAIRS: "list of pairs", Form.PARAMETERS: "numbers by name",
}  # fmt: skip


def markdown() -> str:
    """The tables, in English with the French headings of the spreadsheet."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield BEGIN
    yield "| kind (file, sheet in English) | sheet | its id is | usually dated |"
    yield "|---|---|---|---|"
    for kind in kinds().values():
        yield f"| [`{kind.name}`](#{_anchor(kind)}) | {kind.label_fr} | {kind.id_fr} | {'yes' if kind.dated else ''} |"
    for kind in kinds().values():
        yield from ("", f"### {kind.name}: {kind.label_fr}", "")
        yield "| field | heading | holds | |"
        yield "|---|---|---|---|"
        for field in kind.fields:
            marks = [word for word, said in (("required", field.required), ("private", field.private)) if said]
            remark = "; ".join([*marks, *([field.help_fr] if field.help_fr else [])])
            yield f"| `{field.name}` | {field.label_fr} | {_holds(field)} | {remark} |".replace("|  |", "| |")
    yield END


def _anchor(kind: Kind) -> str:
    title = f"{kind.name}: {kind.label_fr}".lower()
    return "".join(one for one in title if one.isalnum() or one in " -_").replace(" ", "-")


def _holds(field: Field) -> str:
    if field.choices:
        return ", ".join(f"`{code}` ({label})" for code, label in field.choices.items())
    if field.form is Form.REFERENCE:
        return f"id of a `{field.to}`"
    if field.form is Form.REFERENCES:
        return f"ids of `{field.to}`"
    found = _FORMS[field.form]
    if field.minimum is not None and field.maximum is not None:
        found += f", {bound(field.minimum)} to {bound(field.maximum)}"
    return f"{found} {field.unit}".rstrip()
