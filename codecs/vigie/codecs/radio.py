"""Radio facts that follow from what every LoRaWAN network says (codecs.md section 6)."""

from functools import lru_cache
from math import ceil, log10

from vigie.topics.uplink import Gateway

_FLOOR_DB = {5: -2.5, 6: -5.0, 7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}
_HEADER_BYTES = 13


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


def best(gateways: tuple[Gateway, ...]) -> Gateway | None:
    """The gateway that heard it best: by SNR, then by power."""
    if len(gateways) == 1:
        return gateways[0]
    return max(gateways, key=lambda one: (one.snr_db if one.snr_db is not None else -999.0, one.rssi_dbm), default=None)
