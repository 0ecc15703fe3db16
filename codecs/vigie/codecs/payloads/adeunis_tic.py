"""Adeunis TIC: a French electricity meter's customer output, for Linky and CBE (one phase or three) and for PME-PMI.

Source: npm package @adeunis/codecs 1.6.1, src/products/tic (facts only); 0x80000000 = the meter has not the label.

    0x49 data, from b2, u32 each where no size is written:
      mono     ADCO 12 characters, OPTARIF 4, BASE Wh, ISOUSC A, IINST A, IMAX A, PAPP VA, HCHC Wh, HCHP Wh, PTEC 4
      tri      ADCO 12, BASE Wh, IINST1-3 A, IMAX1-3 A, PMAX W, PAPP VA
      PME-PMI  DATE 6 (day, month, year, hour, minute, second, legal time), EA_s Wh, ER+_s varh, ER-_s varh,
               EAPP_s VAh, PTCOUR1 3, EAP_s kWh, ER+P_s kvarh, ER-P_s kvarh, EaP-1_s kWh, ER+P-1_s kvarh, ER-P-1_s kvarh
    0x4A alarm    label 2-11, kind 12 (0 manual, 1 label appears, 2 disappears, 3 high, 4 low, 5 end, 6 rises,
                  7 falls), value from 13, as the meter writes it
    0x10 config   b2 keep alive × 10 min, b3-4 samples per data frame, b5 mode, b6-7 sampling period min; in mode 2
                  (test) both periods × 20 s
    0x20 network, 0x30 keep alive
    status        0x10 the meter could not be read, 0x08 configuration inconsistent

The payload does not say which of the three it is, so each is a codec of its own. Channels: codecs/makers/tic. EA_s is
less than a kWh where EAP_s is thousands, so it is no index, and an extra; EAP_s is the index of the tariff period in
force.
"""

from struct import Struct

from vigie.codecs.decoder import Codec, Decode, Decoded, Vector
from vigie.codecs.makers.adeunis import NETWORK_EXTRAS, SOURCE, at_least, common, mode, opened, text, u16
from vigie.codecs.makers.tic import PERIOD_CHANNELS, legal, tariff
from vigie.codecs.registry import register_codec
from vigie.topics.category import code_of
from vigie.topics.property import BY_NAME
from vigie.topics.uplink import Reading

_ABSENT = 0x80000000
_U32 = Struct(">I")
_P = {name: entry.id for name, entry in BY_NAME.items()}
_READ, _READ_ERROR = (float(code_of("tic_status", name) or 0) for name in ("read", "read_error"))
_ALARMS = ("manual", "label_appears", "label_disappears", "high", "low", "end", "rises", "falls")

Field = tuple[str, int, str, int]
"""Label; size in characters, or 0 for a u32; property ('' for an extra), or the extra's unit; channel."""

LAYOUTS: dict[str, tuple[Field, ...]] = {
    "mono": (
        ("ADCO", 12, "", 0), ("OPTARIF", 4, "", 0), ("BASE", 0, "active_energy_index", 0), ("ISOUSC", 0, "a", 0),
        ("IINST", 0, "current", 0), ("IMAX", 0, "a", 0), ("PAPP", 0, "apparent_power", 0),
        ("HCHC", 0, "active_energy_index", 1), ("HCHP", 0, "active_energy_index", 2), ("PTEC", 4, "tariff_period", 0),
    ),
    "tri": (
        ("ADCO", 12, "", 0), ("BASE", 0, "active_energy_index", 0), ("IINST1", 0, "current", 1),
        ("IINST2", 0, "current", 2), ("IINST3", 0, "current", 3), ("IMAX1", 0, "a", 0), ("IMAX2", 0, "a", 0),
        ("IMAX3", 0, "a", 0), ("PMAX", 0, "w", 0), ("PAPP", 0, "apparent_power", 0),
    ),
    "pme-pmi": (
        ("DATE", 6, "date", 0), ("EA_s", 0, "wh", 0), ("ER+_s", 0, "varh", 0), ("ER-_s", 0, "varh", 0),
        ("EAPP_s", 0, "vah", 0), ("PTCOUR1", 3, "tariff_period", 0), ("EAP_s", 0, "kwh", PERIOD_CHANNELS),
        ("ER+P_s", 0, "kvarh", 0), ("ER-P_s", 0, "kvarh", 0), ("EaP-1_s", 0, "kwh", 0), ("ER+P-1_s", 0, "kvarh", 0),
        ("ER-P-1_s", 0, "kvarh", 0),
    ),
}  # fmt: skip


def _data(payload: bytes, fields: tuple[Field, ...], found: Decoded) -> None:
    at_least(payload, 2 + sum(size or 4 for _, size, _, _ in fields))
    at, absent, period = 2, [], None
    for label, size, kind, channel in fields:
        raw = payload[at : at + (size or 4)]
        at += len(raw)
        if size and kind == "date":
            found.extras[label] = legal(2000 + raw[2], raw[1], raw[0], raw[3], raw[4], raw[5]) or raw.hex()
        elif size:
            if not (word := text(raw)):
                absent.append(label)
                continue
            found.extras[label] = word
            if kind == "tariff_period" and (period := tariff(word)) is not None:
                found.readings.append(Reading(_P[kind], 0, float(period)))
        elif (value := int(_U32.unpack(raw)[0])) == _ABSENT:
            absent.append(label)
        elif kind in _P:
            found.readings.append(Reading(_P[kind], channel, float(value)))
        else:
            found.extras[f"{label}_{kind}"] = str(value)
            if channel == PERIOD_CHANNELS and period is not None:
                found.readings.append(Reading(_P["active_energy_index"], channel + period, value * 1000.0))
    if absent:
        found.extras["absent"] = " ".join(absent)
    if at < len(payload):
        found.extras["rest"] = payload[at:].hex()


def _configuration(payload: bytes, found: Decoded) -> None:
    at_least(payload, 8)
    factor, unit_s = (20, 20) if payload[5] == 2 else (600, 60)
    found.extras |= {
        "keep_alive_s": str(payload[2] * factor), "samples_per_frame": str(u16(payload, 3)), "mode": mode(payload[5]),
        "sampling_period_s": str(u16(payload, 6) * unit_s),
    }  # fmt: skip


def _alarm(payload: bytes, found: Decoded) -> None:
    at_least(payload, 13)
    kind = payload[12]
    found.extras |= {
        "alarm_label": text(payload[2:12]), "alarm": _ALARMS[kind] if kind < len(_ALARMS) else str(kind),
        "alarm_value": text(payload[13:]),
    }  # fmt: skip


def _decoder(model: str) -> Decode:
    fields = LAYOUTS[model]

    def decode(payload: bytes, _f_port: int, _received_at: int) -> Decoded:
        found = opened(payload)
        code, status = payload[0], payload[1]
        found.extras["configuration_inconsistent"] = str(status >> 3 & 1)
        found.readings.append(Reading(_P["tic_status"], 0, _READ_ERROR if status & 0x10 else _READ))
        if code == 0x49:
            found.extras["frame"] = "data"
            _data(payload, fields, found)
        elif code == 0x4A:
            found.extras["frame"] = "alarm"
            _alarm(payload, found)
        elif code == 0x10:
            found.extras["frame"] = "configuration"
            _configuration(payload, found)
        else:
            return common(payload, found)
        return found

    return decode


_PME_PMI = "49601504140d2b05000002c30000009800000002000002eb485045000692cc00025caa0000053700068db800025b8200000528"
_GOOD: dict[str, tuple[str, tuple[tuple[str, int, float], ...]]] = {
    "mono": ("494030323137323830333138313948432e2e800000000000002d" + "00" * 20 + "48502e2e", (
        ("tic_status", 0, 0), ("current", 0, 0), ("apparent_power", 0, 0), ("active_energy_index", 1, 0),
        ("active_energy_index", 2, 0), ("tariff_period", 0, 3))),
    "tri": ("4940303231373238303331383139000012340000002b0000002c0000002d0000001100000012000000130000002000000010", (
        ("tic_status", 0, 0), ("active_energy_index", 0, 4660), ("current", 1, 43), ("current", 2, 44),
        ("current", 3, 45), ("apparent_power", 0, 16))),
    "pme-pmi": (_PME_PMI, (
        ("tic_status", 0, 0), ("tariff_period", 0, 17), ("active_energy_index", 117, 430796000))),
}  # fmt: skip

for _model, (_payload, _readings) in _GOOD.items():
    register_codec(
        Codec(
            id=f"adeunis-tic-{_model}", version="1", maker="Adeunis", source=SOURCE, decode=_decoder(_model),
            properties=tuple(sorted({name for name, _, _ in _readings})),
            extras=(
                *NETWORK_EXTRAS, "configuration_inconsistent", "absent", "keep_alive_s",
                "samples_per_frame", "sampling_period_s", "mode", "alarm", "alarm_label", "alarm_value",
                *(label if size else f"{label}_{kind}" for label, size, kind, _ in LAYOUTS[_model] if kind not in _P),
                *(label for label, size, kind, _ in LAYOUTS[_model] if size and kind in _P),
            ),
            vectors=(
                Vector(payload=_payload, readings=_readings),
                Vector(payload="4ab04144434f00000000000000303231373238303331383139", readings=(("tic_status", 0, 1),)),
                Vector(payload="1000900002010005", readings=(("tic_status", 0, 0),)),
                Vector(payload=_payload[:-2], reason="truncated"),
                Vector(payload="4840" + _payload[4:], reason="bad_payload"),
            ),
            defects="In the collection's files, bytes that are cut off read as 0, so that a frame cut short gives "
            "indexes of 0; their readInt32BE, which no TIC label uses, takes 2^28 off a negative number, not 2^32",
        )
    )  # fmt: skip
