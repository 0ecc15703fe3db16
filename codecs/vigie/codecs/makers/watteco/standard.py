"""Watteco's standard frames: a header like ZigBee's, and one attribute.

Source: https://github.com/Watteco/Codec-API-LoRaWAN, codec/standard.js (facts only).

    b0      bit 0: standard, else batch; endpoint = bits 7-5, and bits 2-1 above them
    b1      command: 0A report, 8A alarm, 01 answer to reading, 07 and 09 answers about reporting
    b2-3    cluster, b4-5 attribute (of 07 and 09: status b4, options b5, attribute b6-7)
    b6      01 only: status; if it is not 0 nothing follows
    then    type, value, and of 0A and 8A the causes of the report

Names that end in a number are those of further endpoints: `pulses` of the first, `pulses_2` of the second.
"""

import math
import struct

from msgspec import Struct

from vigie.codecs.decoder import Decoded
from vigie.codecs.makers.watteco import clusters, tic_frame
from vigie.codecs.makers.watteco.causes import causes, number
from vigie.codecs.makers.watteco.clusters import Value
from vigie.codecs.makers.watteco.model import Model, numbered, text
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable, printable
from vigie.topics.uplink import Reading

_P = {name: entry.id for name, entry in BY_NAME.items()}
_REPORT, _ALARM, _ANSWER, _SET_REPORTING, _REPORTING = 0x0A, 0x8A, 0x01, 0x07, 0x09


def _at_least(payload: bytes, size: int) -> None:
    if len(payload) < size:
        raise Undecodable(
            Reason.TRUNCATED, f"A standard frame of Watteco has at least {size} bytes, this one has {len(payload)}"
        )


def standard(payload: bytes, model: Model) -> Decoded:
    """What a standard frame says.

    Raises:
        Undecodable: TRUNCATED, or BAD_PAYLOAD where the command is unknown, or the TIC report is none.

    >>> told = standard(bytes.fromhex("118a04020000290b35a0c80014"), Model())
    >>> told.readings[0].value, told.extras
    (28.69, {'alarm': '1', 'cause_1': 'criterion=0 alarm=1 mode=delta crossing=exceed value=0.2'})
    """
    _at_least(payload, 7)
    command = payload[1]
    cluster, attribute = int.from_bytes(payload[2:4], "big"), int.from_bytes(payload[4:6], "big")
    endpoint = payload[0] >> 5 | (payload[0] & 6) << 2
    found = Decoded([], {}, [])
    if command in (_SET_REPORTING, _REPORTING):
        _reporting(payload, command, endpoint, cluster, found)
        return found
    if command not in (_REPORT, _ALARM, _ANSWER):
        raise Undecodable(Reason.BAD_PAYLOAD, f"The command {command:#04x} at byte 1 is none of 0a, 8a, 01, 07, 09")
    at = 6
    if command == _ANSWER:
        if payload[at]:
            found.extras[f"status_{cluster:04x}_{attribute:04x}"] = str(payload[at])
            return found
        at += 1
        _at_least(payload, 8)
    if command == _ALARM:
        found.extras["alarm"] = "1"
    _Report(payload, model, found, endpoint, cluster, attribute, payload[at]).read(at + 1, command != _ANSWER)
    return found


def _reporting(payload: bytes, command: int, endpoint: int, cluster: int, found: Decoded) -> None:
    _at_least(payload, 8)
    attribute, options = int.from_bytes(payload[6:8], "big"), payload[5]
    found.extras |= {
        "reporting": f"{cluster:04x} {attribute:04x}", "endpoint": str(endpoint), "status": str(payload[4]),
        "reporting_options": f"{options:#04x}", "reporting_batch": str(options & 1),
        "reporting_causes": ("none", "short", "long", "reserved")[options >> 4 & 3],
    }  # fmt: skip
    if command == _REPORTING and len(payload) >= 13:
        for name, at in (("shortest", 9), ("longest", 11)):
            period = int.from_bytes(payload[at : at + 2], "big")
            found.extras[f"reporting_{name}_s"] = str((period & 0x7FFF) * 60 if period & 0x8000 else period)
    elif len(payload) > 8:
        found.extras["rest"] = payload[8:].hex()


class _Report(Struct):
    """One attribute of a standard frame."""

    payload: bytes
    model: Model
    found: Decoded
    endpoint: int
    cluster: int
    attribute: int
    type: int

    def read(self, at: int, with_causes: bool) -> None:
        key = (self.cluster, self.attribute)
        fields: tuple[Value, ...] = ()
        fielded = False
        if self.cluster in tic_frame.CLUSTERS:
            raw, at = self._counted(at)
            tic_frame.told(self.cluster, self.attribute, raw, self.found)
        elif (value := clusters.SIMPLE.get(key)) is not None:
            self._one(value, self._take(at, value.size), self.endpoint)
            fields, at = (value,), at + value.size
        elif (values := clusters.SETS.get(key)) is not None:
            at, fields, fielded = self._set(at, values), values, True
        elif key == clusters.POWER:
            at, fielded = self._power(at), True
            fields = tuple(Value(name, 2, "u", divisor) for name, divisor in clusters.POWERS)
        elif key == clusters.INPUTS:
            states = int.from_bytes(self._take(at, 2), "big")
            for line in range(self.model.lines):
                self._one(clusters.SIMPLE[0x000F, 0x0055], bytes((states >> line & 1,)), line)
            fields, at = (Value("inputs", 2),), at + 2
        else:
            at = self._other(at)
        if with_causes and at < len(self.payload):
            self._causes(at, fields, fielded)
        elif at < len(self.payload):
            self._strange("rest", self.payload[at:])

    def _take(self, at: int, size: int) -> bytes:
        raw = self.payload[at : at + size]
        if len(raw) < size:
            raise Undecodable(
                Reason.TRUNCATED,
                f"Attribute {self.cluster:04x} {self.attribute:04x} ends at byte {at + size} of {len(self.payload)}",
            )
        return raw

    def _counted(self, at: int) -> tuple[bytes, int]:
        """Bytes behind their length: one byte, or two by the type."""
        wide = 2 if self.type in (0x43, 0x4C) else 1
        size = int.from_bytes(self._take(at, wide), "big")
        return self._take(at + wide, size), at + wide + size

    def _strange(self, name: str, raw: bytes) -> None:
        self.found.extras[name] = raw.hex()
        if not self.found.warnings:
            self.found.warnings.append("UNKNOWN_FIELD")

    def _name(self, value: Value, endpoint: int) -> str:
        if value.name == "analog":
            return self.model.analog
        if value.name == "contact" and endpoint < len(self.model.inputs):
            return self.model.inputs[endpoint]
        return value.name

    def _number(self, value: Value, raw: bytes) -> float:
        if value.sort == "f":
            return float(struct.unpack(">f", raw)[0])
        return (number(raw, value, self.type in clusters.SIGNED_TYPES) + value.offset) / value.divisor

    def _one(self, value: Value, raw: bytes, endpoint: int) -> None:
        name, told = self._name(value, endpoint), self._number(value, raw)
        if value.name in clusters.YES_OR_NO:
            told = float(told != 0)
        if name not in _P:
            self.found.extras[numbered(name, endpoint)] = text(told)
        elif math.isfinite(told):
            channel = 0 if name == "door_open" else endpoint
            self.found.readings.append(Reading(_P[name], channel, told))
        else:
            self.found.extras[f"{name}_invalid"] = str(told)

    def _set(self, at: int, values: tuple[Value, ...]) -> int:
        raw, end = self._counted(at)
        if len(raw) < sum(value.size for value in values):
            raise Undecodable(
                Reason.TRUNCATED,
                f"Attribute {self.cluster:04x} {self.attribute:04x} has {len(raw)} bytes, fewer than its values",
            )
        start = 0
        for value in values:
            told = self._number(value, raw[start : start + value.size])
            start += value.size
            by_phase = self.cluster in clusters.BY_PHASE
            if value.name not in _P:
                lettered = by_phase and self.endpoint < len(clusters.LETTERS)
                name = clusters.lettered(value.name, clusters.LETTERS[self.endpoint]) if lettered else value.name
                self.found.extras[name] = text(told)
                continue
            channel = clusters.phase_channel(self.endpoint, value.channel) if by_phase else value.channel
            self.found.readings.append(Reading(_P[value.name], channel, told))
        if start < len(raw):
            self._strange("rest", raw[start:])
        return end

    def _power(self, at: int) -> int:
        raw, end = self._counted(at)
        if len(raw) < 2:
            raise Undecodable(
                Reason.TRUNCATED, f"The power attribute has {len(raw)} bytes, expected modes and sources first"
            )
        self.found.extras["power_modes"] = str(raw[0])
        start = 2
        for bit, (name, divisor) in enumerate(clusters.POWERS):
            if not raw[1] >> bit & 1:
                continue
            millivolts = int.from_bytes(raw[start : start + 2], "big")
            if len(raw) < start + 2:
                raise Undecodable(Reason.TRUNCATED, f"The power attribute ends inside the voltage of source {bit}")
            start += 2
            if name.startswith("battery_voltage"):
                self.found.readings.append(
                    Reading(_P["battery_voltage"], int(name != "battery_voltage"), float(millivolts))
                )
            else:
                self.found.extras[name] = text(millivolts / divisor)
        if start < len(raw):
            self.found.extras["power_source"] = str(raw[start])
        return end

    def _other(self, at: int) -> int:
        key = (self.cluster, self.attribute)
        if key == clusters.FIRMWARE:
            raw = self._take(at, 6)
            self.found.firmware = f"{raw[0]}.{raw[1]}.{raw[2]}.{int.from_bytes(raw[3:], 'big')}"
            return at + 6
        if (name := clusters.TEXTS.get(key)) is not None:
            raw, at = self._counted(at)
            self.found.extras[name] = printable(raw.decode("latin-1"))
            return at
        size = clusters.SIZES.get(self.type)
        if size is not None:
            raw, at = self._take(at, size), at + size
        elif self.type in (0x41, 0x42, 0x43, 0x4C):
            raw, at = self._counted(at)
        else:
            raw, at = self.payload[at:], len(self.payload)
        self._strange(numbered(f"attribute_{self.cluster:04x}_{self.attribute:04x}", self.endpoint), raw)
        return at

    def _causes(self, at: int, fields: tuple[Value, ...], fielded: bool) -> None:
        def which(field: int | None) -> Value | None:
            place = field if field is not None else 0
            if self.cluster == clusters.POWER[0] and field is not None:
                place = field - 2  # its fields begin with the modes and the source in use
            return fields[place] if 0 <= place < len(fields) else None

        def shown(raw: bytes, value: Value) -> str:
            if value.sort == "f":
                return str(struct.unpack(">f", raw)[0])
            return text(number(raw, value, self.type in clusters.SIGNED_TYPES) / value.divisor)

        told = causes(self.payload, at, fielded, which, shown)
        if told is None:
            self._strange("causes", self.payload[at:])
            return
        for place, words in enumerate(told):
            self.found.extras[f"cause_{place + 1}"] = words
