"""Codecs against examples: their own vectors, makers' published ones, and makers' own files against these."""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from msgspec import Struct, ValidationError, convert

from vigie.codecs.decoder import Codec, Vector
from vigie.codecs.instants import epoch_ms
from vigie.codecs.javascript.runner import Runner
from vigie.codecs.javascript.try_file import Trial
from vigie.codecs.maker_words import judge
from vigie.codecs.shelf import Shelf
from vigie.deploy.makers_files import MakersFiles
from vigie.deploy.terminal_text import cell
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Undecodable

_CLOSE = 1e-6
_FILES_PER_PROCESS = 50
_RECEIVED_AT = 1_700_000_000_000
"""Instant of reception where an example names none: codecs read no clock."""


class Example(Struct, frozen=True, kw_only=True):
    """One published example, as the collections have them: the bytes and what the maker's decoder returns."""

    vendor: str
    codec: str
    bytes_hex: str
    output: dict[str, Any]
    index: int = 0
    fport: int | None = None
    recv_time: str | None = None
    file: str = ""


@dataclass(slots=True)
class Report:
    """What came of some examples.

    Attributes:
        outcomes: how many, by outcome and vendor.
        told: for each that did not simply agree: outcome, name, why.
    """

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    told: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, outcome: str, vendor: str, name: str, why: str = "") -> None:
        """Count one example."""
        self.outcomes[outcome, vendor] += 1
        if outcome != "equal":
            self.told.append((outcome, name, why))

    @property
    def failed(self) -> bool:
        """Whether an example differs without an excuse."""
        return any(outcome in ("unequal", "no_file") for outcome, _ in self.outcomes)

    def as_data(self) -> dict[str, Any]:
        """For machines."""
        totals: Counter[str] = Counter()
        for (outcome, _), many in self.outcomes.items():
            totals[outcome] += many
        return {
            "outcomes": totals,
            "examples": [{"outcome": outcome, "example": name, "why": why} for outcome, name, why in self.told],
        }

    def show(self, language: str) -> None:
        """For people: what differs, then a table of counts."""
        from rich.console import Console
        from rich.table import Table

        console, words = Console(), _WORDS[language]
        for outcome, name, why in self.told:
            console.print(cell(f"{words[outcome]}  {name}  {why}"))
        shown = [name for name in words if any(outcome == name for outcome, _ in self.outcomes)]
        table = Table("", *(words[name] for name in shown), box=None)
        for vendor in sorted({vendor for _, vendor in self.outcomes}):
            table.add_row(cell(vendor), *(str(self.outcomes[name, vendor] or "") for name in shown))
        totals = self.as_data()["outcomes"]
        table.add_row("total", *(str(totals[name]) for name in shown), style="bold")
        console.print(table, highlight=False)


_WORDS = {
    "fr": {
        "equal": "égal", "excused": "excusé", "unequal": "DIFFÉRENT", "no_codec": "pas de codec",
        "no_file": "FICHIER ABSENT",
    },
    "en": {
        "equal": "equal", "excused": "excused", "unequal": "DIFFERENT", "no_codec": "no codec", "no_file": "NO FILE",
    },
}  # fmt: skip


def examples(path: Path) -> Iterator[Example]:
    """The examples of a JSON file: a list, or one object per line.

    Raises:
        click.BadParameter: it is neither, or an example lacks something.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = json.loads(text) if text.lstrip().startswith("[") else [json.loads(x) for x in text.splitlines() if x]
    except (OSError, ValueError, RecursionError) as error:
        raise click.BadParameter(f"{path} cannot be read as JSON: {error}") from None
    if not found:
        raise click.BadParameter(f"{path} holds no examples")
    for place, one in enumerate(found):
        try:
            made = convert(one, Example)
            bytes.fromhex(made.bytes_hex)
        except (ValidationError, ValueError) as error:
            raise click.BadParameter(f"{path}, example {place}: {error}") from None
        yield made


def own_vectors(shelf: Shelf) -> Report:
    """Each version of each codec against the vectors that it brings with it."""
    report = Report()
    for codec in (one.codec for one in shelf.versions()):
        for vector in codec.vectors:
            why = _own(codec, vector)
            name = f"{codec.id} {codec.version} {vector.payload[:40]}"
            report.add("unequal" if why else "equal", codec.maker, name, why)
    return report


def _own(codec: Codec, vector: Vector) -> str:
    try:
        decoded = codec.decode(bytes.fromhex(vector.payload), vector.f_port, _RECEIVED_AT)
    except Undecodable as error:
        return "" if error.reason.value == vector.reason else f"refused: {error.message}"
    if vector.reason:
        return f"read, but it should be refused as {vector.reason}"
    given = sorted((PROPERTIES[one.property].name, one.channel, one.value) for one in decoded.readings)
    expected = sorted(vector.readings)
    if [one[:2] for one in given] != [one[:2] for one in expected]:
        return f"gives {given}, expected {expected}"
    close = all(math.isclose(a[2], b[2], rel_tol=1e-9, abs_tol=1e-9) for a, b in zip(given, expected, strict=True))
    return "" if close else f"gives {given}, expected {expected}"


def published(path: Path) -> Report:
    """Our codecs against makers' examples."""
    report = Report()
    for one in examples(path):
        verdict = judge(
            one.vendor, one.codec, one.index, 1 if one.fport is None else one.fport, bytes.fromhex(one.bytes_hex),
            one.output, _received_at(one),
        )  # fmt: skip
        report.add(verdict.outcome, one.vendor, f"{one.vendor}/{one.codec} {one.index}", verdict.why)
    return report


def _received_at(one: Example) -> int:
    try:
        return epoch_ms(one.recv_time) if one.recv_time else _RECEIVED_AT
    except ValueError:
        return _RECEIVED_AT


def with_javascript(path: Path, folder: Path) -> Report:
    """Makers' own files against makers' examples: whether the runner executes them as their authors did.

    Args:
        path: the examples.
        folder: the files, named as in their collections.
    """
    report = Report()
    found = MakersFiles(folder)
    groups: dict[Path | None, list[Example]] = {}
    for one in examples(path):
        groups.setdefault(found.find(one.vendor, one.codec, one.file), []).append(one)
    with Runner() as runner:
        for place, (script, own) in enumerate(groups.items(), 1):
            _try(report, runner, folder, script, own)
            if place % _FILES_PER_PROCESS == 0:
                runner.close()  # what so many files have left behind goes with the process
    return report


def _try(report: Report, runner: Runner, folder: Path, script: Path | None, own: Sequence[Example]) -> None:
    """One file against its examples."""
    if script is None:
        for one in own:
            wanted = one.file or f"{one.codec}.js"
            report.add("no_file", one.vendor, _name(one), f"{folder} has no {wanted} of {one.vendor}")
        return
    jobs = [(bytes.fromhex(one.bytes_hex), 1 if one.fport is None else one.fport, one.recv_time) for one in own]
    as_text = Trial(script, runner, recv_text=True)
    given = Trial(script, runner).run_many(jobs)
    for one, job, output in zip(own, jobs, given, strict=True):
        why = difference(one.output, output)
        if why and one.recv_time:  # some makers' examples expect recvTime as a text, others as a Date
            why = difference(one.output, as_text.run(*job))
        report.add("unequal" if why else "equal", one.vendor, _name(one), why)


def _name(one: Example) -> str:
    return f"{one.vendor}/{one.codec} {one.index}"


def difference(expected: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """The first difference between what an example expects of a maker's file and what the file gave; empty for none.

    Where an error is expected, any error is one; warnings are compared where the example has some.

    >>> difference({"data": {"t": 1.5}}, {"data": {"t": 1.5, "h": 2}})
    'data.h is 2, expected nothing'
    >>> difference({"errors": ["short"]}, {"errors": ["too short"]})
    ''
    """
    if given.get("error"):
        return str(given["error"]) if not expected.get("errors") else ""
    if expected.get("errors"):
        return "" if given.get("errors") else f"gives {_short(given.get('data'))}, expected an error"
    if given.get("errors"):
        return f"fails: {_short(given['errors'])}"
    return _unlike(expected.get("data"), given.get("data"), "data")


_NOTHING = object()


def _unlike(expected: Any, given: Any, name: str) -> str:
    if isinstance(expected, Mapping) and isinstance(given, Mapping):
        for key in [*expected, *(key for key in given if key not in expected)]:
            if why := _unlike(expected.get(key, _NOTHING), given.get(key, _NOTHING), f"{name}.{key}"):
                return why
        return ""
    if isinstance(expected, list) and isinstance(given, list) and len(expected) == len(given):
        return next(
            filter(None, (_unlike(*pair, f"{name}.{n}") for n, pair in enumerate(zip(expected, given, strict=True)))),
            "",
        )
    if _is_number(expected) and _is_number(given) and math.isclose(expected, given, rel_tol=_CLOSE, abs_tol=1e-12):
        return ""
    if expected == given and type(expected) is type(given):
        return ""
    return f"{name} is {_short(given)}, expected {_short(expected)}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _short(value: Any) -> str:
    return "nothing" if value is _NOTHING else json.dumps(value, ensure_ascii=False)[:80]
