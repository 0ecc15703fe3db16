"""What devices without LoRaWAN send: an NB-IoT frame as its operator hands it on, a station's JSON over 4G.

Source: Milesight NB-IoT frame of the EM400 series (layout as facts); the JSON is a station of our own invention, whose
members the demo's sources file declares as any operator would.
"""

import json
from datetime import UTC, datetime
from random import Random
from struct import pack

from vigie.deploy.demo.fleet import Device
from vigie.deploy.demo.nature import Values

FIRMWARE, HARDWARE = b"0101", b"0110"


def nb_frame(rng: Random, device: Device, count: int, payload: bytes) -> bytes:
    """A frame of 81 bytes and the payload of the LoRaWAN twin behind them.

    Args:
        rng: for the signal.
        device: who sends.
        count: number of the frame, which the device counts in 16 bits.
        payload: channel, type, value, as over LoRaWAN.
    """
    imei = device.imei.encode()
    behind = (
        bytes((0,)) + pack(">H", count & 0xFFFF) + bytes((0,)) + FIRMWARE + HARDWARE
        + f"6749D{device.imei[-11:]}".encode() + imei + b"20801" + imei[-10:] + b"89330" + imei
        + bytes((rng.randint(6, 24),)) + pack(">H", len(payload)) + payload
    )  # fmt: skip
    return bytes((2, 0, 1)) + pack(">H", len(behind)) + behind


def station_body(device: Device, count: int, measured_at: int, values: Values) -> bytes:
    """One message of a noise station: its own instant, its counter, three levels of the last quarter of an hour."""
    found = {
        "station": device.name,
        "horodatage": datetime.fromtimestamp(measured_at / 1000, UTC).isoformat(timespec="milliseconds"),
        "numero": count,
        "mesures": {"LAeq": values["laeq_db"], "LA95eq": values["la95eq_db"], "LAFmax": values["lafmax_db"]},
        "modem": {"operateur": "20801", "rsrp_dbm": -97},
    }
    return json.dumps(found, separators=(",", ":")).encode()
