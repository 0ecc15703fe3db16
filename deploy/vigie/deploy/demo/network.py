"""The network server of the demo: a frame as ChirpStack v4 tells it, and the ways in which a body can be spoiled."""

import base64
import json
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

from vigie.deploy.demo.fleet import Device
from vigie.deploy.demo.schedule import Fault

FREQUENCIES_HZ = (868_100_000, 868_300_000, 868_500_000, 867_100_000, 867_300_000, 867_500_000, 867_700_000)

Up = dict[str, Any]


def up(
    rng: Random, device: Device, gateways: tuple[str, ...], *, heard_at: int, f_cnt: int, f_port: int, payload: bytes
) -> Up:
    """An uplink event, in the fields that ChirpStack 4 sends.

    Args:
        rng: for the radio facts.
        device: who sends.
        gateways: who hears it, the nearest first.
        heard_at: epoch ms at the gateway.
        f_cnt: frame counter.
        f_port: application port.
        payload: application payload.
    """
    spreading = rng.choice((7, 7, 7, 8, 9, 10, 12))
    instant = iso(heard_at)
    group, commune = device.group, device.commune
    return {
        "deduplicationId": str(UUID(int=rng.getrandbits(128))),
        "time": instant,
        "deviceInfo": {
            "tenantId": str(UUID(int=0x13)),
            "tenantName": "metropole",
            "applicationId": str(UUID(int=sum(group.use_case.encode()))),
            "applicationName": group.use_case,
            "deviceProfileId": str(UUID(int=sum(group.profile.encode()))),
            "deviceProfileName": group.profile,
            "deviceName": device.name,
            "devEui": device.eui,
            "deviceClassEnabled": "CLASS_A",
            "tags": {"commune": commune.insee},
        },
        "devAddr": device.dev_addr,
        "adr": True,
        "dr": 12 - spreading,
        "fCnt": f_cnt,
        "fPort": f_port,
        "confirmed": False,
        "data": base64.b64encode(payload).decode(),
        "rxInfo": [_heard_by(rng, gateway, place, instant) for place, gateway in enumerate(gateways)],
        "txInfo": {
            "frequency": rng.choice(FREQUENCIES_HZ),
            "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": spreading, "codeRate": "CR_4_5"}},
        },
    }


def _heard_by(rng: Random, gateway: str, place: int, instant: str) -> Up:
    return {
        "gatewayId": gateway,
        "uplinkId": rng.getrandbits(32),
        "nsTime": instant,
        "rssi": rng.randint(-108, -72) - 8 * place,
        "snr": round(rng.uniform(-6, 11) - 2 * place, 2),
        "channel": rng.randrange(8),
        "location": {},
        "context": base64.b64encode(rng.randbytes(4)).decode(),
        "crcStatus": "CRC_OK",
    }


def heard_later(rng: Random, event: Up, heard_at: int) -> Up:
    """The same frame by another gateway, too late for the network server to see that it is the same."""
    instant = iso(heard_at)
    return event | {
        "deduplicationId": str(UUID(int=rng.getrandbits(128))),
        "time": instant,
        "rxInfo": [_heard_by(rng, "7076ff0000000099", 2, instant)],
    }


def iso(at: int) -> str:
    """An instant as ChirpStack writes it.

    >>> iso(1_750_197_600_123)
    '2025-06-17T22:00:00.123000+00:00'
    """
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="microseconds")


def text(event: Up) -> bytes:
    """An event as the bytes on the wire."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()


def spoil(rng: Random, event: Up, payload: bytes, fault: Fault) -> bytes:
    """The body of an event that was damaged, wrongly configured or cut on its way."""
    info = event["deviceInfo"]
    match fault:
        case Fault.CUT_JSON:
            whole = text(event)
            return whole[: rng.randrange(len(whole) // 2, len(whole) - 1)]
        case Fault.RANDOM_BODY:
            return b"\xff" + rng.randbytes(rng.randrange(20, 200))
        case Fault.BAD_BASE64:
            event = event | {"data": "*" + event["data"][1:]}
        case Fault.TRUNCATED:
            event = event | {"data": base64.b64encode(payload[:-1]).decode()}
        case Fault.BAD_LAYOUT:
            event = event | {"data": base64.b64encode(b"\x07" + payload[1:]).decode()}
        case Fault.UNKNOWN_PROFILE:
            event = event | {"deviceInfo": info | {"deviceProfileName": "Inconnu 3000"}}
        case Fault.NO_ADDRESS:
            event = event | {"deviceInfo": {name: value for name, value in info.items() if name != "devEui"}}
        case Fault.WRONG_TYPE:
            event = event | {"fCnt": "douze"}
        case Fault.BAD_TIME:
            event = event | {"time": "hier soir"}
        case Fault.EMPTY:
            event = event | {"data": ""}
        case _:
            raise ValueError(f"{fault} spoils nothing")
    return text(event)
