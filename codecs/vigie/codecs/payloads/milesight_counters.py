"""Milesight VS121, VS132, VS133, VS330, VS350, VS360: passages and people. Pairs: see milesight.py.

Source: user guides of the series, chapter "Device Payload"; tables of the manufacturer's decoders (layout as facts).

    VS132, VS133  03, 06, 09, 0C  D2 u32  total in of a line    04, 07, 0A, 0D  D2 u32  total out
                  05, 08, 0B, 0E  CC 2×u16  in and out of the period
                  0F E3 4×u8  people in the four regions        10 E4 u8 2×u16  region, mean and longest stay
    VS350, VS360  04 CC 2×u16  totals in, out    05 CC 2×u16  period    0A EF u32  Unix s
                  02 75 u8  VS360: battery of its other half, %, channel 1
                  20 CE u8 kind, then 2×u16 of the period (kind 0), and 2×u16 of the totals behind them (kind 1)
    VS121         04 C9 u8 u8 u16 (big-endian)  people, regions, which regions are taken (bit 0 the first)
                  05 CC 2×u16  in, out of the period    0D CC 2×u16  totals    06 CD u8  most people
                  07, 08 D5 8×u8  people in regions 1-8, 9-16     09-0C DA 4×u16  from A, B, C, D to A, B, C, D
                  0E E4 u8 2×u16  region, mean and longest stay   0F 85 u32  Unix s
    VS330         02 82 u16 mm    03 8E u8 occupied    04 8E u8 calibrated

Passages: channel 1 is in and 2 is out of the first line, 3 and 4 of the second, and so on.
"""

import struct

from vigie.codecs.decoder import Decoded, Vector
from vigie.codecs.payloads.milesight import Field, Handler, Model, codec_of, common, decoder, field, values
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.uplink import Reading

_PERIOD, _TOTAL = "passages", "passages_total"


def _both(name: str, line: int = 0) -> Handler:
    number = BY_NAME[name].id

    def handle(payload: bytes, at: int, found: Decoded) -> int:
        inside, outside = struct.unpack_from("<HH", payload, at)
        found.readings += (
            Reading(number, 2 * line + 1, float(inside)),
            Reading(number, 2 * line + 2, float(outside)),
        )
        return at + 4

    return handle


def _stored(payload: bytes, at: int, found: Decoded) -> int:
    second, kind = struct.unpack_from("<IB", payload, at)
    if kind > 1:
        return 0
    at += 5
    for name in (_PERIOD, _TOTAL)[: kind + 1]:
        for channel, count in enumerate(struct.unpack_from("<HH", payload, at), 1):
            found.readings.append(Reading(BY_NAME[name].id, channel, float(count), second * 1000))
        at += 4
    found.dated = True
    return at


def _regions(first: int, count: int) -> Handler:
    return values(f"{count}B", *((f"region_{first + place}", 1) for place in range(count)))


def _stay(payload: bytes, at: int, found: Decoded) -> int:
    region, mean, longest = struct.unpack_from("<BHH", payload, at)
    found.extras[f"region_{region}_mean_stay"] = str(mean)
    found.extras[f"region_{region}_longest_stay"] = str(longest)
    return at + 5


def _people(payload: bytes, at: int, found: Decoded) -> int:
    people, regions, taken = struct.unpack_from(">BBH", payload, at)
    found.extras |= {"people": str(people), "regions": str(regions)}
    for region in range(min(regions, 16)):
        found.extras[f"region_{region + 1}_taken"] = str(taken >> region & 1)
    return at + 4


_LINE_TOTALS: dict[str, Field] = {
    f"{3 + 3 * line + way:02x}d2": field("I", _TOTAL, 1, 2 * line + way + 1) for line in range(4) for way in (0, 1)
}
_lines: dict[str, Handler] = {f"{5 + 3 * line:02x}cc": _both(_PERIOD, line) for line in range(4)}
_lines |= {"0fe3": _regions(1, 4), "10e4": _stay}
_gate: dict[str, Handler] = {
    "04cc": _both(_TOTAL), "05cc": _both(_PERIOD), "20ce": _stored, "0aef": values("I", ("unix_s", 1)),
}  # fmt: skip
_workplace: dict[str, Handler] = {
    "04c9": _people, "05cc": _both(_PERIOD), "0dcc": _both(_TOTAL), "06cd": values("B", ("most_people", 1)),
    "07d5": _regions(1, 8), "08d5": _regions(9, 8), "0ee4": _stay, "0f85": values("I", ("unix_s", 1)),
}  # fmt: skip
_workplace |= {
    f"{9 + place:02x}da": values("4H", *((f"from_{a}_to_{b}", 1) for b in "abcd")) for place, a in enumerate("abcd")
}
_BOTH = Vector(payload="04cc1200160005cc13001400", readings=(
    (_TOTAL, 1, 18), (_TOTAL, 2, 22), (_PERIOD, 1, 19), (_PERIOD, 2, 20)))  # fmt: skip

_MODELS = (
    Model("milesight-vs133", "3", decoder(common() | _LINE_TOTALS, _lines), ("region_*",), (
        Vector(payload="05cc000000000ecc05000700",
               readings=((_PERIOD, 1, 0), (_PERIOD, 2, 0), (_PERIOD, 7, 5), (_PERIOD, 8, 7))),
        Vector(payload="03d20a000000", readings=((_TOTAL, 1, 10),)),
    ), ("battery_level",)),
    Model("milesight-vs350", "3", decoder(common("xx67"), _gate), ("unix_s",), (_BOTH,),
          ("battery_level", "air_temperature")),
    Model("milesight-vs360", "1", decoder(common() | {"0275": field("B", "battery_level", 1, 1)}, _gate), ("unix_s",), (
        Vector(payload="01756402756304cc1200160005cc13001400",
               readings=(("battery_level", 0, 100), ("battery_level", 1, 99), *_BOTH.readings)),)),
    Model("milesight-vs121", "1", decoder({}, _workplace),
          ("people", "regions", "region_*", "from_*", "most_people", "unix_s"), (
        Vector(payload="04c9030800a106cd05"),
        Vector(payload="05cc02000100", readings=((_PERIOD, 1, 2), (_PERIOD, 2, 1))),
    ), (_TOTAL,)),
    Model("milesight-vs330", "1", decoder(common("xx82"), {
        "038e": values("B", ("occupied", 1)), "048e": values("B", ("calibrated", 1)),
    }), ("occupied", "calibrated"), (
        Vector(payload="01756202820f00038e01048e01", readings=(("battery_level", 0, 98), ("distance", 0, 15))),)),
)  # fmt: skip

for _model in _MODELS:
    register_codec(codec_of(_model))
