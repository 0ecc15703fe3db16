"""What is fuzzed: four targets, each with the head of its inputs, the check of one input, and the longest input.

    payloads   codec (2 bytes), f_port (1), instant of reception (1); the rest is the payload
    envelopes  envelope (1), hints (1); the rest is the body
    field-map  mapping (1); the rest is JSON, as a maker's codec gives it
    sources    the rest is a sources file in TOML

A byte that chooses is taken modulo the number of choices, so every input means something.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import msgspec
from fuzz import promises

from vigie.codecs.field_map import FieldMap
from vigie.codecs.frame import Hints
from vigie.codecs.layout import Column, Layout
from vigie.codecs.maker_words import words
from vigie.codecs.mapped_field import Field, Rows
from vigie.codecs.registry import codecs, envelopes

ARRIVED_AT = 1_795_424_400_000
RECEIVED_AT = (ARRIVED_AT, 0, -1, 2**62, -(2**62), 253_402_300_799_999, 1_000_000_000_000, 4_102_444_800_000)

_COLUMNS = (
    Column(name="h", property="water_depth"),
    Column(name="data.t.0", property="water_temperature", factor=0.1, offset=-40),
    Column(name=3, property="air_temperature"),
    Column(name="v", extra="voltage_v"),
)
LAYOUTS = (
    Layout(name="iso", time="t", columns=_COLUMNS, device="id", sequence="n"),
    Layout(name="rows", time="Date+Heure", time_format="%d/%m/%Y %H:%M:%S", time_zone="Europe/Paris", decimal=",",
           separator=";", columns=_COLUMNS, last_line_whole=True),
    Layout(name="bare", time="1", time_format="epoch_s", header_line=0, columns=(Column(name=2, property="distance"),)),
    Layout(name="nested", time="ts", time_format="epoch_ms", records="values", device="id", columns=_COLUMNS),
    Layout(name="undated", time="", columns=_COLUMNS, encoding="latin-1", bearer="nbiot"),
    Layout(name="TOA5", time="TIMESTAMP", time_zone="+01:00", columns=()),
)  # fmt: skip
_MODELS = ("Dragino DDS75-NB", "Dragino NSE01", "Dragino PS-NB", "Dragino SN50-NB", "Dragino S31B-NB", "Dragino D20-NB")
_COMMON = {"source": "ville", "arrived_at": ARRIVED_AT}
HINTS = (
    Hints(),
    Hints(**_COMMON),
    *(Hints(event=event, **_COMMON) for event in ("up", "join", "status", "ack", "stats", "log", "txack", "x")),
    *(Hints(layout=layout, **_COMMON) for layout in LAYOUTS),
    *(Hints(model=model, **_COMMON) for model in _MODELS),
    Hints(address="eui:24e124136b000001", model="EM310-UDL", file="station.csv", **_COMMON),
    Hints(address="eui:24e124136b000001", layout=LAYOUTS[0], source="s"),
)

MADE_UP = FieldMap(
    fields={
        "t": Field(property="air_temperature"),
        "data.u": Field(property="battery_voltage", factor=1000, unit="V"),
        "door": Field(property="voltage", words={"open": 1, "closed": 0, "true": 1}),
        "level": Field(property="distance", factor=1e300),
        "kept": Field(extra="kept"),
        "gone": Field(ignored="told elsewhere"),
    },
    lists={
        form: Rows(time="at", time_format=form, fields={"t": Field(property="air_temperature")})
        for form in ("epoch_s", "epoch_ms", "iso")
    },
)


class Target(NamedTuple):
    """One thing to fuzz.

    Attributes:
        check: raises for an input that finds something.
        head: how many bytes choose what the others go to.
        most: longest input, in bytes.
        share: of the time of one of the two processes.
    """

    check: Callable[[bytes], None]
    head: int
    most: int
    share: float


@cache
def codec_ids() -> list[str]:
    """All codecs, in the order in which inputs count them."""
    return sorted(codecs())


@cache
def forms() -> list[str]:
    """All envelopes, in the order in which inputs count them."""
    return sorted(envelopes())


@cache
def maps() -> list[FieldMap]:
    """All field maps, in the order in which inputs count them."""
    return [MADE_UP, *(one for _, vendor in sorted(words().items()) for _, one in sorted(vendor.maps.items()))]


def _payloads(data: bytes) -> None:
    head, rest = data[:4].ljust(4, b"\0"), data[4:]
    ids = codec_ids()
    codec = ids[int.from_bytes(head[:2]) % len(ids)]
    promises.payload(codec, rest, head[2], RECEIVED_AT[head[3] % len(RECEIVED_AT)])


def _envelopes(data: bytes) -> None:
    head, rest = data[:2].ljust(2, b"\0"), data[2:]
    promises.envelope(forms()[head[0] % len(forms())], rest, HINTS[head[1] % len(HINTS)])


def _field_map(data: bytes) -> None:
    head, rest = data[:1].ljust(1, b"\0"), data[1:]
    try:
        output = msgspec.json.decode(rest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if isinstance(output, dict):
        promises.field_map(maps()[head[0] % len(maps())], output)


def _sources(data: bytes) -> None:
    promises.sources(data)


TARGETS = {
    "payloads": Target(_payloads, 4, 512, 0.7),
    "envelopes": Target(_envelopes, 2, 10_000, 0.75),
    "field-map": Target(_field_map, 1, 10_000, 0.3),
    "sources": Target(_sources, 0, 4_000, 0.25),
}
LANES = (("payloads", "field-map"), ("envelopes", "sources"))
"""What the two processes do one after the other."""


def describe(target: str, data: bytes) -> str:
    """What an input is, for people."""
    if target == "payloads":
        head = data[:4].ljust(4, b"\0")
        codec = codec_ids()[int.from_bytes(head[:2]) % len(codec_ids())]
        return (
            f"codec {codec}, f_port {head[2]}, received_at {RECEIVED_AT[head[3] % len(RECEIVED_AT)]}, "
            f"payload {data[4:].hex() or '(empty)'}"
        )
    if target == "envelopes":
        head = data[:2].ljust(2, b"\0")
        return f"envelope {forms()[head[0] % len(forms())]}, {HINTS[head[1] % len(HINTS)]}, body {data[2:]!r}"
    return f"{data!r}"
