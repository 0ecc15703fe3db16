"""Radio facts that follow from what every LoRaWAN network says (codecs.md section 6)."""

import re
from collections.abc import Sequence
from functools import lru_cache
from math import ceil, log10

from vigie.topics.uplink import Gateway, Radio

_FLOOR_DB = {5: -2.5, 6: -5.0, 7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}
_HEADER_BYTES = 13
_RATE = re.compile(r"SF *(\d{1,2}) *BW *(\d{2,4})", re.ASCII)


@lru_cache(maxsize=4096)
def airtime_ms(sf: int, bandwidth_hz: int, payload_bytes: int) -> float:
    """Time on air of a LoRa frame with explicit header, CRC and coding rate 4/5.

    Source: Semtech AN1200.13; checked on ThingPark's 1.482752 s for 23 bytes at SF12.

    >>> airtime_ms(12, 125_000, 23 - 13)
    1482.752
    """
    symbol_s = (1 << sf) / bandwidth_hz
    low_rate = 1 if sf >= 11 and bandwidth_hz <= 125_000 else 0
    bits = 8 * (payload_bytes + _HEADER_BYTES) - 4 * sf + 28 + 16
    symbols = 8 + max(ceil(bits / (4 * (sf - 2 * low_rate))) * 5, 0)
    return round((8 + 4.25 + symbols) * symbol_s * 1000, 6)


_time_on_air = airtime_ms


@lru_cache(maxsize=65536)
def esp_dbm(rssi_dbm: int, snr_db: float) -> float:
    """Expected signal power: what is left of the received power without the noise.

    >>> round(esp_dbm(-118, -5.5), 3)
    -124.578
    """
    noise_db = 10 * log10(1 + 10.0 ** (snr_db / 10)) if -200 < snr_db < 200 else max(snr_db, 0.0)
    return rssi_dbm + snr_db - noise_db


def margin_db(sf: int | None, snr_db: float) -> float | None:
    """How far the SNR stands above the demodulation floor of the spreading factor."""
    floor = None if sf is None else _FLOOR_DB.get(sf)
    return None if floor is None else snr_db - floor


def once_each(gateways: tuple[Gateway, ...]) -> tuple[Gateway, ...]:
    """Every gateway once, as it heard best: one with two antennas stands twice in most messages.

    >>> once_each((Gateway("a", -90, 3.0), Gateway("b", -80, 1.0), Gateway("a", -70, 5.0)))[0].rssi_dbm
    -70
    """
    if len({one.id for one in gateways}) == len(gateways):
        return gateways
    kept: dict[str, Gateway] = {}
    for one in gateways:
        known = kept.get(one.id)
        if known is None or _quality(one) > _quality(known):
            kept[one.id] = one
    return tuple(kept.values())


def without_snr(gateways: Sequence[Gateway]) -> tuple[Gateway, ...]:
    """Gateways that heard a frame of FSK or LR-FHSS: these have no SNR, and its zero is only a field left out.

    >>> without_snr([Gateway("a", -90, 0.0), Gateway("b", -80, 1.5)])
    (Gateway(id='a', rssi_dbm=-90, snr_db=None), Gateway(id='b', rssi_dbm=-80, snr_db=1.5))
    """
    return tuple([Gateway(one.id, one.rssi_dbm, one.snr_db or None) for one in gateways])


def best(gateways: tuple[Gateway, ...]) -> Gateway | None:
    """The gateway that heard it best: by SNR, then by power."""
    if len(gateways) == 1:
        return gateways[0]
    return max(gateways, key=_quality, default=None)


def _quality(one: Gateway) -> tuple[float, int]:
    return (one.snr_db if one.snr_db is not None else -999.0, one.rssi_dbm)


def in_eu868(frequency_hz: int | None) -> bool:
    """Whether the data rates are those of EU863-870 (RP002, table of section 2.4.3)."""
    return frequency_hz is not None and 863_000_000 <= frequency_hz <= 870_000_000


def eu868_rate(dr: int) -> tuple[int | None, int]:
    """Spreading factor (None for FSK and LR-FHSS) and bandwidth in Hz of a data rate of EU863-870.

    >>> eu868_rate(5), eu868_rate(0), eu868_rate(6)
    ((7, 125000), (12, 125000), (7, 250000))
    """
    if 0 <= dr <= 5:
        return 12 - dr, 125_000
    return (7, 250_000) if dr == 6 else (None, 0)


@lru_cache(maxsize=1024)
def data_rate(text: str) -> tuple[int | None, int]:
    """Spreading factor and bandwidth in Hz of `SF9BW125` or `SF12 BW125 4/5`; None and 0 for another modulation.

    >>> data_rate("SF12 BW125 4/5"), data_rate("SF9BW125"), data_rate("FSK50")
    ((12, 125000), (9, 125000), (None, 0))
    """
    found = _RATE.match(text)
    if found is None or not 5 <= int(found.group(1)) <= 12:
        return None, 0
    return int(found.group(1)), int(found.group(2)) * 1000


def hertz(frequency: float | None) -> int | None:
    """A carrier frequency in Hz, of MHz or Hz: channels lie on multiples of 100 Hz, and some servers write float32.

    >>> hertz(868.1), hertz(912.2999877929688), hertz(868300000)
    (868100000, 912300000, 868300000)
    """
    if not frequency:
        return None
    return round(frequency * 10_000) * 100 if frequency < 100_000 else round(frequency)


def lora_radio(
    gateways: tuple[Gateway, ...], dr: int | None, sf: int | None, bandwidth_hz: int, frequency_hz: int | None,
    payload_bytes: int, airtime_ms: float | None = None,
) -> Radio:  # fmt: skip
    """The radio facts of an uplink, the same for every network.

    Args:
        gateways: who heard it; the id is empty where the network gives the figures of its best one without its name.
        dr: data rate index; None where the network does not say it (then computed in Europe's band).
        sf: spreading factor; None for FSK.
        bandwidth_hz: 0 where it is not known.
        frequency_hz: carrier.
        payload_bytes: size of the application payload.
        airtime_ms: where the network says it, which knows of MAC commands; else computed.
    """
    gateways = once_each(gateways)
    heard_best = best(gateways)
    esp = margin = None
    if heard_best is not None and (snr := heard_best.snr_db) is not None:
        esp, margin = esp_dbm(heard_best.rssi_dbm, snr), margin_db(sf, snr)
    if sf is not None and bandwidth_hz > 0:
        if airtime_ms is None:
            airtime_ms = _time_on_air(sf, bandwidth_hz, payload_bytes)
        if dr is None and in_eu868(frequency_hz):
            dr = {125_000: max(12 - sf, 0), 250_000: 6}.get(bandwidth_hz) if sf >= 7 else None
    return Radio(
        gateways=gateways, dr=dr, sf=sf, frequency_hz=frequency_hz, airtime_ms=airtime_ms, esp_dbm=esp, margin_db=margin
    )
