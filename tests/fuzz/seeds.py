"""Where fuzzing begins: every registered vector and packaged example, and the messages that the tests hold.

Messages are not listed here: each text, bytes or table that stands in the tests of envelopes, or in the docstrings of
envelopes, is offered to each envelope with each hint, and kept where it is read. A new test is a new seed.
"""

import ast
import doctest
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import cbor2
from fuzz.targets import HINTS, codec_ids, forms, maps

from vigie.codecs.frame import PassedOver
from vigie.codecs.registry import codecs, envelopes
from vigie.codecs.vectors import examples

ROOT = Path(__file__).resolve().parents[2]
_MOST_PER_ENVELOPE = 80
HARD = (
    b"", b"\x00", b"{", b"{}", b"[]", b"null", b'"x"', b"\xef\xbb\xbf{}", b"\xff\xfe{\x00", b"NaN", b"1e400",
    b"[" * 4000, b"[" * 2000 + b"]" * 2000, b'{"a":' * 1500 + b"1" + b"}" * 1500, b"<a>" * 1000 + b"</a>" * 1000,
    b"<!DOCTYPE a><a/>", b"\x9f" * 4000, b"\x81" * 4000, b"\x0b" * 4000, b"\xa1" * 4000, b"9" * 9000,
    b'{"\\ud800": "\\udfff"}',
)  # fmt: skip


def of(target: str) -> set[bytes]:
    """The seeds of a target."""
    made = {"payloads": _payloads, "envelopes": _envelopes, "field-map": _field_maps, "sources": _sources}[target]
    return set(made())


def words_of(target: str) -> set[bytes]:
    """Words that inputs are made of, for the fuzzer's dictionary."""
    if target == "payloads":
        return {b"\xff\xff", b"\x7f\xff", b"\x80\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x00\x00\x80\x7f"}
    found: set[bytes] = set()
    for seed in of(target):
        with suppress(ValueError, RecursionError):
            found |= {
                json.dumps(name).encode() for name in _names(json.loads(seed[1 if target == "field-map" else 2 :]))
            }
    if target == "sources":
        found = {line.partition(b"=")[0].strip() for seed in of(target) for line in seed.splitlines() if b"=" in line}
    return {one for one in found if 2 < len(one) < 60}


def _payloads() -> Iterator[bytes]:
    places = {codec: place.to_bytes(2) for place, codec in enumerate(codec_ids())}
    for codec in codecs().values():
        for vector in codec.vectors:
            yield places[codec.id] + bytes((vector.f_port & 255, 0)) + bytes.fromhex(vector.payload)
    for one in examples():
        if one.decoder in places:
            yield places[one.decoder] + bytes(((one.f_port or 1) & 255, 0)) + bytes.fromhex(one.bytes_hex)


def _envelopes() -> Iterator[bytes]:
    offered = sorted({one for one in _literals() if len(one) < 9000}, key=len)
    for place, form in enumerate(forms()):
        parse, read = envelopes()[form].parse, []
        for body in offered:
            for number, hints in enumerate(HINTS):
                said: Any = None
                with suppress(Exception):  # what is raised here, fuzzing finds as well
                    said = parse(body, hints)
                if said and not isinstance(said, PassedOver):
                    read.append(bytes((place, number)) + body)
                    break
        yield from read[:: len(read) // _MOST_PER_ENVELOPE + 1]
        for body in HARD:
            yield bytes((place, place % len(HINTS))) + body


def _field_maps() -> Iterator[bytes]:
    for one in examples():
        body = json.dumps(one.output).encode()
        if len(body) < 3000:
            yield b"\0" + body
    made_up = {
        "t": 21.5, "data": {"u": {"value": 3.1, "unit": "V"}}, "door": "open", "level": 1e9, "kept": [1, {"a": None}],
        "epoch_s": [{"at": 1795424400, "t": 1}], "epoch_ms": [{"at": 1795424400000, "t": "7"}],
        "iso": [{"at": "2026-11-23T10:00:00Z", "t": 1, "x": {"y": "z"}}], "gone": 1, "big": 2**70, "yes": True,
    }  # fmt: skip
    for place in range(len(maps())):
        yield bytes((place & 255,)) + json.dumps(made_up).encode()
    for body in HARD:
        yield b"\0" + body


def _sources() -> Iterator[bytes]:
    for path in (ROOT / "deploy" / "sources.example.toml", ROOT / "docs" / "connectors.md"):
        text = path.read_text("utf-8")
        yield text.encode()[:4000]
        for part in text.split("[[")[1:]:
            yield ("[[" + part.partition("```")[0]).encode()[:4000]
    yield b'[[layout]]\nname = "l"\ntime = "t"\n[[layout.columns]]\nname = "h"\nproperty = "water_depth"\n'
    for body in (b"a = " + b"[" * 3000, b"a = " + b"{b=" * 1000, b"a." * 1500 + b"a = 1", b"[" + b"a." * 1500 + b"a]"):
        yield body
    for body in HARD:
        yield body[:3000]


def _literals() -> Iterator[bytes]:
    """Bodies that the tests and docstrings hold, in each form that they can be meant in."""
    for path in (*(ROOT / "tests" / "codecs" / "envelopes").glob("*.py"), ROOT / "tests" / "lorawan_messages.py"):
        yield from _of_code(path.read_text("utf-8"))
    for path in (ROOT / "codecs" / "vigie" / "codecs" / "envelopes").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                for example in doctest.DocTestParser().get_examples(ast.get_docstring(node) or ""):
                    yield from _of_code(example.source)
    for path in (ROOT / "tests" / "codecs" / "envelopes").glob("*.json"):
        for one in json.loads(path.read_text("utf-8")).values():
            yield from _forms_of(one.get("json"))
            yield from _forms_of(one.get("hex"))


def _of_code(code: str) -> Iterator[bytes]:
    """The values of expressions that need nothing but the names of their own module."""
    with suppress(SyntaxError):
        tree = ast.parse(code)
        names: dict[str, Any] = {}
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom | ast.Assign) or (
                isinstance(node, ast.FunctionDef) and not node.name.startswith("test_")
            ):
                _run(ast.Module([node], []), "exec", names)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant | ast.Dict | ast.List | ast.BinOp | ast.Call | ast.JoinedStr):
                yield from _forms_of(_run(ast.Expression(node), "eval", names))


def _run(node: ast.Module | ast.Expression, mode: str, names: dict[str, Any]) -> Any:
    """Evaluate a part of our own tests; None where it needs more than is there (a fixture, a local name, pytest)."""
    with suppress(Exception):
        return eval(compile(ast.fix_missing_locations(node), "tests", mode), names)
    return None


def _forms_of(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, str) and len(value) >= 8:
        with suppress(ValueError):
            yield bytes.fromhex(value)
        with suppress(UnicodeEncodeError):
            yield value.encode()
    elif isinstance(value, dict | list) and value:
        with suppress(TypeError, ValueError):
            yield json.dumps(value).encode()
            records = value if isinstance(value, list) else [value]
            yield cbor2.dumps(
                [{_LABELS.get(k, k): v for k, v in one.items()} for one in records if isinstance(one, dict)]
            )


_LABELS = {
    "bver": -1, "bn": -2, "bt": -3, "bu": -4, "bv": -5, "bs": -6,
    "n": 0, "u": 1, "v": 2, "vs": 3, "vb": 4, "s": 5, "t": 6, "ut": 7, "vd": 8,
}  # fmt: skip
"""SenML's labels in CBOR (RFC 8428, table 4)."""


def _names(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)
