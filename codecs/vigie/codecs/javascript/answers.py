"""What a worker answers, read: JSON text of a chunk (prelude.js says of which forms)."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

_decode = msgspec.json.Decoder().decode
_MOST_PARTS = 3


class Shape:
    """Names and units of fields that hold numbers, the same for many payloads.

    Attributes:
        names: of the fields.
        units: of each, None where it names none.
        plans: what a field map makes of each, put here by the one who reads.
    """

    __slots__ = ("names", "plans", "units")

    def __init__(self, names: Sequence[str], units: Sequence[str | None]) -> None:
        self.names, self.units = names, units
        self.plans: Any = None


class Packed:
    """Data that holds numbers only: a shape, and the values."""

    __slots__ = ("shape", "values")

    def __init__(self, shape: Shape, values: Sequence[float]) -> None:
        self.shape, self.values = shape, values


def read_answers(text: bytes, count: int) -> list[Any] | None:
    """Per payload [data, errors, warnings], {"thrown": text} or Packed; None where the text is not that.

    >>> read_answers(b'[[{"a":1}],{"thrown":"Error: x"}]', 2)
    [[{'a': 1}], {'thrown': 'Error: x'}]
    >>> read_answers(b"[[{}]]", 2) is None, read_answers(b"[1,1]", 2) is None
    (True, True)
    """
    try:
        found = _decode(text)
    except msgspec.DecodeError:
        try:  # halves of characters, which JavaScript lets stand alone
            found = _decode(json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return None
    except RecursionError:
        return None
    if not isinstance(found, list) or len(found) != count:
        return None
    shape: Shape | None = None
    for place, one in enumerate(found):
        if type(one) is list and len(one) <= _MOST_PARTS:
            continue
        if type(one) is not dict:
            return None
        if "values" in one:
            if "names" in one:
                shape = _shape(one["names"], one.get("units"))
            values = one["values"]
            if shape is None or type(values) is not list or len(values) != len(shape.names):
                return None
            found[place] = Packed(shape, values)
        elif "thrown" not in one:
            return None
    return found


def _shape(names: Any, units: Any) -> Shape | None:
    """The shape; None where a codec that changed what all arrays are has made something else of it."""
    if type(names) is not list or type(units) is not list or len(names) != len(units):
        return None
    if not all(type(name) is str for name in names) or not all(type(unit) in (str, type(None)) for unit in units):
        return None
    return Shape(names, units)
