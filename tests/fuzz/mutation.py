"""Changes to JSON and to CBOR by their values, which changes of bytes would mostly break: half of all mutations.

Without this most inputs would end at "not JSON", and few would reach what an envelope does with a strange value.
"""

import json
import random
from collections.abc import Callable
from typing import Any

import cbor2

STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 7, 255, 2**15, 2**31, 2**32, 2**53, 2**63, 2**64, 10**30, -(2**63), 0.0, -0.5,
    1e15, 1e300, 1e308, 1e-320, 253402300800, 253402300800000, "", " ", "0", "-1", "nan", "inf", "1e400", "1" * 400,
    "7.0", "7,5", "\x00", "\ud800", "é", "AXVc", "AAAA=", "=", "00d20001", "0" * 15, "24e124136b000001",
    "24-E1-24-13-6B-00-00-01", "IjIzAACIiAI=", "868508064807350", "urn:dev:mac:0024befffe804ff1_", "SF7BW125",
    "SF99 BW9999", "true", "2026-11-23T10:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:60Z",
    "2026-10-25 02:30:00", "0.061696s", [], {}, [[]], [{}], {"value": 1}, {"value": 1, "unit": "V"}, {"value": {}},
    ["x"] * 40,
)  # fmt: skip


def mutated(
    data: bytes, most: int, seed: int, head: int, of_bytes: Callable[[bytes, int], bytes], others: list[bytes]
) -> bytes:
    """An input with something changed.

    Args:
        data: the input.
        most: longest result in bytes.
        seed: of the choices.
        head: how many bytes of the input choose a decoder, and are changed less often.
        of_bytes: the fuzzer's own mutation.
        others: inputs of which values may be taken.
    """
    body = data[head:]
    if seed & 1 and body[:1] and (body[0] in b"{[" or 0x80 <= body[0] < 0xC0):
        chance = random.Random(seed)  # 5 us, so only where there are values
        if (changed := _by_values(body, chance, others, head)) is not None:
            begin = data[:head]
            if head and chance.random() < 0.1:
                begin = bytes(chance.randrange(256) for _ in range(head))
            if len(begin) + len(changed) <= most:
                return begin + changed
    if head and len(data) > head and seed & 62:  # a payload seldom says something to another decoder
        return data[:head] + of_bytes(body, most - head)
    return of_bytes(data, most)


def _by_values(body: bytes, chance: random.Random, others: list[bytes], head: int) -> bytes | None:
    found = _read(body)
    if found is None:
        return None
    value, write = found
    other = _read(chance.choice(others)[head:]) if others else None
    for _ in range(chance.randint(1, 3)):
        _change(value, chance, other[0] if other else None)
    try:
        return write(value)
    except (ValueError, TypeError, OverflowError, RecursionError, UnicodeEncodeError, cbor2.CBOREncodeError):
        return None


def _read(body: bytes) -> tuple[Any, Callable[[Any], bytes]] | None:
    """Objects or lists, and what writes them."""
    if body[:1] in (b"{", b"["):
        try:
            return json.loads(body), lambda value: json.dumps(value).encode()
        except (ValueError, RecursionError):
            return None
    if body[:1] and 0x80 <= body[0] < 0xC0:
        try:
            value = cbor2.loads(body)
        except Exception:  # whatever it is, it is no CBOR
            return None
        return (value, cbor2.dumps) if isinstance(value, dict | list) else None
    return None


def _change(inner: Any, chance: random.Random, other: Any) -> None:
    """Change one place inside an object or a list."""
    for _ in range(30):
        if not isinstance(inner, dict | list):
            return
        if not inner or chance.random() < 0.1:
            _add(inner, chance, other)
            return
        name = chance.choice(list(inner)) if isinstance(inner, dict) else chance.randrange(len(inner))
        deeper = inner[name]
        if isinstance(deeper, dict | list) and deeper and chance.random() < 0.75:
            inner = deeper
            continue
        if chance.random() < 0.15:
            del inner[name]
        else:
            inner[name] = _instead_of(deeper, chance, other)
        return


def _add(inner: Any, chance: random.Random, other: Any) -> None:
    value = chance.choice(STRANGE) if chance.random() < 0.5 else _part_of(other, chance)
    if isinstance(inner, list):
        inner.insert(chance.randint(0, len(inner)), value)
    else:
        names = list(other) if isinstance(other, dict) and other else ["x", "", "value", "t"]
        inner[chance.choice(names)] = value


def _instead_of(value: Any, chance: random.Random, other: Any) -> Any:
    kind = chance.random()
    if kind < 0.4:
        return chance.choice(STRANGE)
    if kind < 0.5:
        return _part_of(other, chance)
    if isinstance(value, str) and value:
        place = chance.randrange(len(value))
        return (
            value[:place]
            + chance.choice("0123456789abcdefFZ:-+., =\0é\ud800") * chance.randint(0, 2)
            + value[place + 1 :]
        )
    if isinstance(value, bool) or value is None:
        return chance.choice((True, False, None, str(value)))
    if isinstance(value, int | float):
        return chance.choice(
            (-value, value + 1, value * 1000, str(value), float(value) if abs(value) < 1e300 else 0, value / 7)
        )
    return [value]


def _part_of(value: Any, chance: random.Random) -> Any:
    for _ in range(chance.randint(0, 4)):
        if not isinstance(value, dict | list) or not value:
            break
        value = chance.choice(list(value.values())) if isinstance(value, dict) else chance.choice(value)
    return json.loads(json.dumps(value)) if isinstance(value, dict | list) and _is_json(value) else value


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return True
