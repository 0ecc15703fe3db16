"""The manufacturers' own examples, each sent as a frame of a device of its own before the day begins.

Payload and readings are those of the public collections (vigie.codecs.vectors), then those that the codecs carry
themselves; the bad ones among these must become dead letters. The devices have no declared period, so that their
silence after one frame raises nothing.
"""

import base64

from vigie.codecs.decoder import Vector
from vigie.codecs.registry import codecs
from vigie.codecs.vectors import examples as public_examples
from vigie.deploy.demo import network
from vigie.deploy.demo.expected import UPLINK, Event, Point
from vigie.deploy.demo.fleet import Link
from vigie.deploy.demo.schedule import DAY_START_AT
from vigie.topics.property import BY_NAME

MAKERS = ("Milesight", "Decentlab", "Elsys")
"""Whose codecs' own vectors are played: no reading of theirs has an instant of its own but the stored ones (20 CE)."""
_HISTORY = bytes((0x20, 0xCE))


def vector_events() -> list[Event]:
    """One body per vector, by rising arrival, all in the first seconds of the day.

    >>> events = vector_events()
    >>> len(events) > 60, {event.fate for event in events} >= {"uplink", "truncated", "bad_payload"}
    (True, True)
    """
    found = []
    examples = [
        (one.decoder, Vector(payload=one.bytes_hex, f_port=one.f_port or 1, readings=one.readings))
        for one in public_examples()
    ]
    examples += [
        (codec.id, vector)
        for codec in codecs().values()
        for vector in codec.vectors
        if codec.maker in MAKERS and _HISTORY not in bytes.fromhex(vector.payload)[1:]
    ]
    for number, (codec, vector) in enumerate(examples):
        eui, arrival_at = f"fefefe{number:010x}", DAY_START_AT + 10 * number
        payload = bytes.fromhex(vector.payload)
        body = network.text({
            "deduplicationId": f"00000000-0000-0000-0000-{number:012x}",
            "time": network.iso(arrival_at),
            "deviceInfo": {
                "tenantName": "metropole",
                "applicationName": "exemples",
                "deviceProfileName": "Exemple de constructeur",
                "deviceName": f"EXEMPLE-{number:03d}",
                "devEui": eui,
                "tags": {"vigie_codec": codec},
            },
            "devAddr": f"{0x27000000 + number:08x}",
            "dr": 5,
            "fCnt": 1,
            "fPort": vector.f_port,
            "data": base64.b64encode(payload).decode(),
            "rxInfo": [{"gatewayId": "7076ff0000000001", "rssi": -80, "snr": 9.0}],
            "txInfo": {
                "frequency": 868_100_000,
                "modulation": {"lora": {"bandwidth": 125_000, "spreadingFactor": 7, "codeRate": "CR_4_5"}},
            },
        })  # fmt: skip
        # A stored reading (Milesight 20 CE) has an instant of its own, in its seconds since 1970.
        own = int.from_bytes(payload[2:6], "little") * 1000 if payload.startswith(_HISTORY) else arrival_at
        points = tuple(Point(BY_NAME[name].id, channel, own, float(value)) for name, channel, value in vector.readings)
        address = f"eui:{eui}"
        found.append(Event(arrival_at, Link.LORA, Link.LORA.net, body, vector.reason or UPLINK, address, points))
    return found
