"""Adeunis Comfort and Temp: temperature, and humidity, with the values of the periods before.

Source: npm package @adeunis/codecs 1.6.1, src/products/{comfort,comfort_v2,temp,temp_v3,temp_v4} (facts only).

    0x4C Comfort data    (s16/10 °C, u8 %) for now and each period before, newest first
    0x4D Comfort alarm   b2 high nibble: temperature alarm, low bit: humidity alarm; s16/10, u8
    0x57 Temp 3, 4 data  s16/10 of probe 1, and of probe 2 where the status has 0x10, newest first
    0x58 Temp 3, 4 alarm for each probe: u8 (0 none, 1 high, 2 low), s16/10
    0x43 Temp data       for each of two probes: u8 (high nibble id, low bit active), s16/10; firmware before 1.3.8
                         writes 2 in the low bits of the second and says nothing of activity
    0x30 keep alive      Temp: as 0x43; Temp 3, 4: the probes; Comfort: nothing
    0x10 configuration   Comfort, Temp 3, 4: keep alive × 10 s, periods per frame, samples per period, sampling × 2 s,
                         u16 each, then redundant samples u8 (not the first Comfort); Temp: _temp_configuration
    status 0x04          Comfort 2 and Temp 4: the last four bytes are seconds since 2013-01-01

-3276.8 °C is a probe that is not there. A data frame does not say how long its periods are (only the configuration
does, in another frame), so the values before the newest have no instant: they are the extras `*_history`, newest
first. Nor does it say whether its timestamp is UTC, so that is an extra too.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from struct import Struct

from vigie.codecs.decoder import Codec, Decode, Decoded, Vector
from vigie.codecs.makers.adeunis import ABSENT_TEMPERATURE, NETWORK_EXTRAS, SOURCE, at_least, common, mode, opened, u16
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

_TEMPERATURE, _HUMIDITY = BY_NAME["air_temperature"].id, BY_NAME["relative_humidity"].id
_SINCE_2013_S = 1_356_998_400
_S16, _U32 = Struct(">h"), Struct(">I")
_ALARMS = ("none", "high", "low")

Handle = Callable[[bytes, Decoded], None]


def _told(found: Decoded, channel: int, tenths: int) -> None:
    if tenths == ABSENT_TEMPERATURE:
        found.extras[f"probe_{channel + 1}"] = "absent"
    else:
        found.readings.append(Reading(_TEMPERATURE, channel, tenths / 10))


def _wet(found: Decoded, percent: int) -> None:
    if percent <= 100:
        found.readings.append(Reading(_HUMIDITY, 0, float(percent)))
    else:
        found.extras["relative_humidity_invalid"] = str(percent)


def _history(found: Decoded, name: str, values: list[str]) -> None:
    if values:
        found.extras[f"{name}_history"] = " ".join(values)


def _tenths(payload: bytes, at: int) -> int:
    return int(_S16.unpack_from(payload, at)[0])


def _tenths_text(value: int) -> str:
    return "-" if value == ABSENT_TEMPERATURE else str(value / 10)


def _whole(size: int, step: int, code: int) -> None:
    if not size:
        raise Undecodable(Reason.TRUNCATED, f"A frame {code:#04x} of Adeunis holds at least one period, this one none")
    if size % step:
        raise Undecodable(
            Reason.TRUNCATED, f"Values of a frame {code:#04x} are {step} bytes each, {size % step} are left over"
        )


def _comfort_data(payload: bytes, found: Decoded) -> None:
    _whole(len(payload) - 2, 3, 0x4C)
    starts = range(2, len(payload), 3)
    _told(found, 0, _tenths(payload, 2))
    _wet(found, payload[4])
    _history(found, "air_temperature", [_tenths_text(_tenths(payload, at)) for at in starts[1:]])
    _history(found, "relative_humidity", [str(payload[at + 2]) for at in starts[1:]])


def _comfort_alarm(payload: bytes, found: Decoded) -> None:
    at_least(payload, 6)
    found.extras["alarm_temperature"] = str(int(payload[2] >> 4 != 0))
    found.extras["alarm_humidity"] = str(payload[2] & 1)
    _told(found, 0, _tenths(payload, 3))
    _wet(found, payload[5])


def _probes(payload: bytes) -> int:
    return 2 if payload[1] & 0x10 else 1


def _probe_data(payload: bytes, found: Decoded) -> None:
    probes = _probes(payload)
    _whole(len(payload) - 2, 2 * probes, 0x57)
    for channel in range(probes):
        values = [_tenths(payload, at) for at in range(2 + 2 * channel, len(payload), 2 * probes)]
        _told(found, channel, values[0])
        _history(found, f"air_temperature_{channel + 1}", [_tenths_text(one) for one in values[1:]])


def _probe_alarm(payload: bytes, found: Decoded) -> None:
    at_least(payload, 2 + 3 * _probes(payload))
    for channel in range(_probes(payload)):
        kind = payload[2 + 3 * channel]
        found.extras[f"alarm_{channel + 1}"] = _ALARMS[kind] if kind < len(_ALARMS) else str(kind)
        _told(found, channel, _tenths(payload, 3 + 3 * channel))


def _probe_alive(payload: bytes, found: Decoded) -> None:
    at_least(payload, 2 + 2 * _probes(payload))
    for channel in range(_probes(payload)):
        _told(found, channel, _tenths(payload, 2 + 2 * channel))


def _temp_data(payload: bytes, found: Decoded) -> None:
    at_least(payload, 8)
    says_activity = payload[5] & 0x0F != 2
    for channel, at in enumerate((2, 5)):
        found.extras[f"probe_{channel + 1}_id"] = str(payload[at] >> 4)
        if says_activity and not payload[at] & 1:
            found.extras[f"probe_{channel + 1}"] = "deactivated"
        else:
            _told(found, channel, _tenths(payload, at + 1))


def _configuration(payload: bytes, found: Decoded) -> None:
    at_least(payload, 10)
    sampling_s, per_period = u16(payload, 8) * 2, u16(payload, 6)
    found.extras |= {
        "keep_alive_s": str(u16(payload, 2) * 10), "periods_per_frame": str(u16(payload, 4)),
        "samples_per_period": str(per_period), "sampling_period_s": str(sampling_s),
        "period_s": str(sampling_s * per_period),
    }  # fmt: skip
    if len(payload) > 10:
        found.extras["redundant_samples"] = str(payload[10])


def _temp_configuration(payload: bytes, found: Decoded) -> None:
    """b2 keep alive, b3 data (× 10 min), b4-7 probes, b8 mode, b9 active, b10 sampling min; mode 2: × 20, 20, 10 s."""
    at_least(payload, 11)
    test = payload[8] == 2
    step_s = 20 if test else 600
    found.extras |= {
        "keep_alive_s": str(payload[2] * step_s), "data_period_s": str(payload[3] * step_s),
        "sampling_period_s": str(payload[10] * (10 if test else 60)), "mode": mode(payload[8]),
        "probes_active": str(payload[9] & 3), "thresholds": f"{payload[5] & 3} {payload[7] & 3}",
    }  # fmt: skip


def _temp_threshold(payload: bytes, found: Decoded) -> None:
    at_least(payload, 8)
    found.extras["probe"] = str(payload[0] - 0x10)
    for name, at in (("high", 2), ("low", 5)):
        found.extras[f"threshold_{name}_c"] = str(_tenths(payload, at) / 10)
        found.extras[f"hysteresis_{name}_c"] = str(payload[at + 2] / 10)


_COMFORT: dict[int, tuple[str, Handle]] = {
    0x4C: ("data", _comfort_data), 0x4D: ("alarm", _comfort_alarm), 0x10: ("configuration", _configuration),
}  # fmt: skip
_TEMP_3: dict[int, tuple[str, Handle]] = {
    0x57: ("data", _probe_data), 0x58: ("alarm", _probe_alarm), 0x30: ("keep_alive", _probe_alive),
    0x10: ("configuration", _configuration),
}  # fmt: skip
_TEMP: dict[int, tuple[str, Handle]] = {
    0x43: ("data", _temp_data), 0x30: ("keep_alive", _temp_data), 0x10: ("configuration", _temp_configuration),
    0x11: ("threshold", _temp_threshold), 0x12: ("threshold", _temp_threshold),
}  # fmt: skip


def _decoder(frames: dict[int, tuple[str, Handle]], flags: tuple[str, str], stamped: bool) -> Decode:
    measured = {code for code, (name, _) in frames.items() if name in ("data", "alarm", "keep_alive")}

    def decode(payload: bytes, _f_port: int, _received_at: int) -> Decoded:
        found = opened(payload)
        code, status = payload[0], payload[1]
        for name, bit in zip(flags, (0x08, 0x10), strict=True):
            if name:
                found.extras[name] = str(int(status & bit != 0))
        if code not in frames:
            return common(payload, found)
        if stamped and status & 0x04 and code in measured:
            at_least(payload, 6)
            seconds = int(_U32.unpack(payload[-4:])[0]) + _SINCE_2013_S
            found.extras["timestamp"] = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000")
            payload = payload[:-4]
        found.extras["frame"], handle = frames[code]
        handle(payload, found)
        return found

    return decode


_MODELS: dict[str, tuple[dict[int, tuple[str, Handle]], tuple[str, str], bool]] = {
    "comfort": (_COMFORT, ("configuration_inconsistent", ""), False),
    "comfort-2": (_COMFORT, ("configuration_inconsistent", ""), True),
    "temp": (_TEMP, ("probe_1_alarm", "probe_2_alarm"), False),
    "temp-3": (_TEMP_3, ("configuration_inconsistent", "two_probes"), False),
    "temp-4": (_TEMP_3, ("configuration_inconsistent", "two_probes"), True),
}
"""Model -> its frames, what 0x08 and 0x10 of the status mean, whether a frame may end with a timestamp."""

_BOTH = (("air_temperature", 0, 19.7), ("relative_humidity", 0, 31.0))
_TWO = (("air_temperature", 0, 43.5), ("air_temperature", 1, -10.0))
_VECTORS: dict[str, tuple[Vector, ...]] = {
    "comfort": (
        Vector(payload="4c2000c51f00c72000c82100ca2200cc2300cd24", readings=_BOTH),
        Vector(payload="4c2000c51f00", reason="truncated"),
    ),
    "comfort-2": (
        Vector(payload="4c9600c51f00c72000c82100ca2200cc2300cd2414aba3e9", readings=_BOTH),
        Vector(payload="4c9614aba3e9", reason="truncated"),
    ),
    "temp": (
        Vector(payload="43401100f4200000", readings=(("air_temperature", 0, 24.4),)),
        Vector(payload="43400100f4028000", readings=(("air_temperature", 0, 24.4),)),
        Vector(payload="30401100f421ffd8", readings=(("air_temperature", 0, 24.4), ("air_temperature", 1, -4.0))),
        Vector(payload="43401100f42000", reason="truncated"),
    ),
    "temp-3": (
        Vector(payload="579201b3ff9c01f4ffff", readings=_TWO),
        Vector(payload="570001b3800001b201b1", readings=(("air_temperature", 0, 43.5),)),
        Vector(payload="579201b3ff9c01f4ff", reason="truncated"),
    ),
    "temp-4": (
        Vector(payload="579601b3ff9c01f4ffff14aba3e9", readings=_TWO),
        Vector(payload="588401003214aba3e9", readings=(("air_temperature", 0, 5.0),)),
        Vector(payload="579614aba3e9", reason="truncated"),
    ),
}

for _model, (_frames, _flags, _stamped) in _MODELS.items():
    register_codec(
        Codec(
            id=f"adeunis-{_model}", version="1", maker="Adeunis", source=SOURCE,
            decode=_decoder(_frames, _flags, _stamped),
            properties=("air_temperature", "relative_humidity") if _frames is _COMFORT else ("air_temperature",),
            extras=(
                *NETWORK_EXTRAS, *filter(None, _flags), "air_temperature_*", "relative_humidity_*", "alarm_*", "mode",
                "probe*", "keep_alive_s", "data_period_s", "sampling_period_s", "period_s", "periods_per_frame",
                "samples_per_period", "redundant_samples", "thresholds", "threshold_*", "hysteresis_*", "timestamp",
            ),
            vectors=(*_VECTORS[_model], Vector(payload="4a00", reason="bad_payload")),
            defects="" if _model.startswith("comfort") else "A probe that is not there is told as -3276.8 °C",
        )
    )  # fmt: skip
