"""A Watteco TIC report: a descriptor that names the labels of a French meter, and their values.

Source: https://github.com/Watteco/Codec-API-LoRaWAN, codec/tic.js (facts only).

    descriptor  header: bits 4-0 its size (0 = 8), bit 5 a list of label numbers, else a bit field whose lowest bit is
                the lowest bit of its last byte; bit 7 the values are obsolete
    values      of each label named, in the order of the list or of the numbers, in the forms of tic_fields.py

Clusters: 0053 ICE (attribute's low byte 0 general, 1 period in force, 2 period before), 0054 historic (CBE, Linky),
0055 yellow tariff (CJE), 0056 standard (Linky), 0057 PME-PMI. Obsolete values are told as extras only: they are of no
known time.
Firmware 3.5.0.4852 to 3.5.0.5339 numbers the words of PME-PMI one too low, which a report does not show.
"""

import math
import struct

from vigie.codecs.decoder import Decoded
from vigie.codecs.makers.tic import PERIOD_CHANNELS, legal, legal_since_2000, tariff
from vigie.codecs.makers.watteco import tic_fields
from vigie.topics.category import code_of
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable, printable
from vigie.topics.uplink import Reading

CLUSTERS = (0x0053, 0x0054, 0x0055, 0x0056, 0x0057)

_P = {name: entry.id for name, entry in BY_NAME.items()}
_READ, _OBSOLETE = (float(code_of("tic_status", name) or 0) for name in ("read", "obsolete"))

_NAMES = {0x0053: "ice", 0x0054: "historic", 0x0055: "cje", 0x0056: "standard", 0x0057: "pme-pmi"}


def _labels(text: str) -> list[tuple[str, str, str]]:
    return [(label, form, unit) for label, form, unit in ((*word.split(":"), "")[:3] for word in text.split())]


_PROFILES = {
    (0x0053, 0): _labels(tic_fields.ICE_GENERAL), (0x0053, 1): _labels(tic_fields.ICE_PERIOD),
    (0x0053, 2): _labels(tic_fields.ICE_PERIOD_BEFORE), (0x0054, 0): _labels(tic_fields.HISTORIC),
    (0x0055, 0): _labels(tic_fields.YELLOW), (0x0056, 0): _labels(tic_fields.STANDARD),
    (0x0057, 0): _labels(tic_fields.PME_PMI),
}  # fmt: skip

_WHOLE = {"B": 1, "H": 2, "T": 3, "I": 4}
_WORDS = {"P": tic_fields.PERIOD_WORDS, "C": tic_fields.CONTRACT_WORDS, "V": tic_fields.STATE_WORDS}


class _Values:
    """Takes values of each form, one after the other."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.at = 0

    def take(self, size: int) -> bytes:
        taken = self._raw[self.at : self.at + size]
        if len(taken) < size:
            raise Undecodable(
                Reason.TRUNCATED, f"The TIC values end at byte {len(self._raw)}, inside the one at {self.at}"
            )
        self.at += size
        return taken

    def whole(self, form: str) -> int:
        return int.from_bytes(self.take(_WHOLE[form]), "big")

    def text(self, form: str) -> str:
        """A value that is no plain number, as text."""
        if form in _WHOLE:
            return str(self.whole(form))
        if form in _WORDS:
            return self._word(_WORDS[form])
        return str(getattr(self, f"_{form}")())

    def _word(self, words: tuple[str, ...]) -> str:
        first = self.take(1)[0]
        if first & 0x80:
            return printable(self.take(first & 0x7F).decode("latin-1"))
        return words[first] if first < len(words) else f"word {first}"

    def _z(self) -> str:
        end = self._raw.find(b"\0", self.at)
        if end < 0:
            raise Undecodable(Reason.TRUNCATED, f"The TIC text at byte {self.at} of the values has no end")
        taken = self.take(end - self.at)
        self.at += 1
        return printable(taken.decode("latin-1"))

    def _c(self) -> str:
        return printable(self.take(1).decode("latin-1"))

    def _e(self) -> str:
        return ""

    def _h(self) -> int:
        return int.from_bytes(self.take(2), "big", signed=True)

    def _f(self) -> float:
        return float(struct.unpack(">f", self.take(4))[0])

    def _D(self) -> str:  # noqa: N802 -- forms are named by their letters
        raw = self.take(6)
        return legal(2000 + raw[2], raw[1], raw[0], *raw[3:]) or raw.hex()

    def _S(self) -> str:  # noqa: N802
        season, raw = self._c(), self.take(6)
        told = legal(2000 + raw[0], raw[1], raw[2], raw[3], raw[4], raw[5], season.upper()) or raw.hex()
        return told if season in "EH" else f"{told} ({season}: meter's clock in doubt)"

    def _SB(self) -> str:  # noqa: N802
        return f"{self._S()} {self.whole('B')}"

    def _SH(self) -> str:  # noqa: N802
        return f"{self._S()} {self.whole('H')}"

    def _ST(self) -> str:  # noqa: N802
        return f"{self._S()} {self.whole('T')}"

    def _s(self) -> str:
        return legal_since_2000(self.whole("I"))

    def _sP(self) -> str:  # noqa: N802
        return f"{self._s()} {self._word(tic_fields.PERIOD_WORDS)}"

    def _TV(self) -> str:  # noqa: N802
        return f"{self.whole('T')} {self._word(tic_fields.STATE_WORDS)}"

    def _t(self) -> str:
        hour, minute, day, month = self.take(4)
        return f"{day:02}/{month:02} {hour:02}:{minute:02}"

    def _d(self) -> str:
        day, month, hour = self.take(3)
        return f"{day:02}/{month:02} {hour:02}"

    def _m(self) -> str:
        hour, minute = self.take(2)
        return f"{hour:02}:{minute:02}"

    def _x(self) -> str:
        return self.take(self.take(1)[0]).hex()

    def _b(self) -> str:
        return self.take(4).hex()

    def _J(self) -> str:  # noqa: N802
        told = []
        for _ in range(11):
            hour = self.take(1)[0]
            if hour != 0xFF:
                minute, *bits = self.take(3)
                told.append(f"{hour:02}:{minute:02} {bytes(bits).hex()}")
        return ", ".join(told)


def _numbers(header: int, described: bytes) -> list[int]:
    if header & 0x20:
        return list(described)
    bits = int.from_bytes(described, "big")
    return [number for number in range(8 * len(described)) if bits >> number & 1]


def told(cluster: int, attribute: int, raw: bytes, found: Decoded) -> None:
    """Put what a TIC report says into what is found.

    Args:
        cluster: one of CLUSTERS.
        attribute: its number; the high byte is the instance.
        raw: descriptor and values.
        found: gets readings and extras.

    Raises:
        Undecodable: TRUNCATED, or BAD_PAYLOAD where a label number is none of the meter's, or stands twice.
    """
    labels = _PROFILES.get((cluster, attribute & 0xFF))
    if labels is None:
        raise Undecodable(
            Reason.BAD_PAYLOAD, f"The attribute {attribute:04x} of the TIC cluster {cluster:04x} is unknown"
        )
    if not raw:
        raise Undecodable(Reason.TRUNCATED, "The TIC report has no descriptor")
    size = raw[0] & 0x1F or 8
    if len(raw) < size:
        raise Undecodable(Reason.TRUNCATED, f"The TIC descriptor has {size} bytes, the report has {len(raw)}")
    numbers = _numbers(raw[0], raw[1:size])
    if (strange := next((one for one in numbers if one >= len(labels)), None)) is not None:
        raise Undecodable(
            Reason.BAD_PAYLOAD, f"The TIC label number {strange} is none of {_NAMES[cluster]}'s {len(labels)}"
        )
    if len(set(numbers)) < len(numbers):
        raise Undecodable(Reason.BAD_PAYLOAD, "The TIC descriptor names a label twice")
    obsolete = bool(raw[0] & 0x80)
    found.extras["tic"] = _NAMES[cluster]
    found.readings.append(Reading(_P["tic_status"], 0, _OBSOLETE if obsolete else _READ))
    values = _Values(raw[size:])
    period: int | None = None
    for number in numbers:
        label, form, unit = labels[number]
        name = f"{label}_{unit}" if unit else label
        if not obsolete and form in _WHOLE and label in tic_fields.PROPERTIES:
            kind, channel = tic_fields.PROPERTIES[label]
            found.readings.append(Reading(_P[kind], channel, float(values.whole(form))))
            continue
        word = values.text(form)
        if form != "e":
            found.extras[name] = word if form != "f" or math.isfinite(float(word)) else "none"
        if obsolete:
            continue
        if label in tic_fields.TARIFFS and (period := tariff(word)) is not None:
            found.readings.append(Reading(_P["tariff_period"], 0, float(period)))
        elif label == "EAP_s" and period is not None:
            found.readings.append(Reading(_P["active_energy_index"], PERIOD_CHANNELS + period, float(word) * 1000))
    if values.at < len(raw) - size:
        found.extras["rest"] = raw[size + values.at :].hex()
