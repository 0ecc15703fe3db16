"""Why a Watteco report was sent: the cause bytes behind its value.

Source: https://github.com/Watteco/Codec-API-LoRaWAN, codec/standard.js (facts only).

    parameters  bits 5-4: 0 no causes, 1 short, 2 long
    each cause  u8: 0x80 alarm, 0x40 risen above, 0x20 fallen below, bits 4-3 1 = change, 2 = threshold,
                bits 2-0 criterion; long: field number (only of sets), value, and for a threshold gap and u8 count; a
                count with bit 7 is followed by u16 up, u16 down
"""

from collections.abc import Callable

from vigie.codecs.makers.watteco.clusters import Value
from vigie.topics.reason import Reason, Undecodable

_CROSSINGS = {0x00: "", 0x20: "fall", 0x40: "exceed", 0x60: "exceed&fall"}
_MODES = ("unused", "delta", "threshold", "unused")

Which = Callable[[int | None], Value | None]
"""Field number, None for an attribute without fields -> what a cause's value is; None where nobody knows."""


def number(raw: bytes, value: Value, type_signed: bool) -> int:
    """A whole number as the attribute holds it."""
    return int.from_bytes(raw, "big", signed=value.sort == "i" or (value.sort == "t" and type_signed))


class _Rest:
    def __init__(self, payload: bytes, at: int) -> None:
        self.payload, self.at = payload, at

    def take(self, size: int) -> bytes:
        raw = self.payload[self.at : self.at + size]
        if len(raw) < size:
            raise Undecodable(
                Reason.TRUNCATED, f"The frame ends at byte {len(self.payload)}, inside a cause of its report"
            )
        self.at += size
        return raw


def causes(
    payload: bytes, at: int, fielded: bool, which: Which, shown: Callable[[bytes, Value], str]
) -> list[str] | None:
    """The causes from this byte on, each as words; None where they cannot be read.

    Args:
        payload: the whole frame.
        at: where the parameters stand.
        fielded: whether a long cause names a field.
        which: what a value is.
        shown: writes a value.

    Raises:
        Undecodable: TRUNCATED.
    """
    kind = payload[at] >> 4 & 3
    rest = _Rest(payload, at + 1)
    if kind == 0:
        return [] if rest.at >= len(payload) else None
    if kind == 3:
        return None
    told: list[str] = []
    while rest.at < len(payload):
        mark = rest.take(1)[0]
        mode = _MODES[mark >> 3 & 3]
        words = [f"criterion={mark & 7}", f"alarm={mark >> 7}", f"mode={mode}"]
        if crossing := _CROSSINGS[mark & 0x60]:
            words.append(f"crossing={crossing}")
        if kind == 2:
            field = rest.take(1)[0] if fielded else None
            if (value := which(field)) is None:
                return None
            if field is not None:
                words.append(f"field={field}")
            words.append(f"value={shown(rest.take(value.size), value)}")
            if mode == "threshold":
                words.append(f"gap={shown(rest.take(value.size), value)}")
                count = rest.take(1)[0]
                words.append(f"count={count & 0x7F}" if count & 0x80 else f"count={count}")
                if count & 0x80:
                    words += [
                        f"up={int.from_bytes(rest.take(2), 'big')}",
                        f"down={int.from_bytes(rest.take(2), 'big')}",
                    ]
        told.append(" ".join(words))
    return told
