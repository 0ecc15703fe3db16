"""Actility ThingPark, JSON: HTTP tunnel of the LRC, ThingPark X IoT Flow (MQTT, AMQP, HTTPS, Kafka), Enterprise.

Source: Actility, ThingPark X IoT Flow documentation (actility/tpx-iot-flow-doc), Message; fields and traps in
vigie.codecs.lora.thingpark.

    {"DevEUI_uplink": {"Time": "2018-10-03T15:38:46.882+02:00", "DevEUI": 16 HEX, "FPort": "1", "FCntUp": "1174",
     "payload_hex": hex, "LrrRSSI": "-80.000000", "SpFact": "7", "Late": "0", "Lrrs": {"Lrr": [...]}, ...}}

Traps: numbers are texts or numbers, by release; the legacy form (setting sendMetadata) has the fields without the outer
object.
"""

import msgspec
from msgspec import Struct

from vigie.codecs.frame import Envelope, Frame, Heard, Hints, PassedOver
from vigie.codecs.lora import thingpark
from vigie.codecs.lora.fields import NO_HINTS, peeking, read
from vigie.codecs.registry import register_envelope


class _Document(thingpark.Document):
    DevEUI: str = ""


class _Eui(Struct):
    DevEUI: str = ""


class _Name(Struct):
    DevEUI_uplink: _Eui | None = None
    DevEUI_notification: _Eui | None = None
    DevEUI: str = ""


def _dev_eui(name: _Name) -> str:
    named = {one.DevEUI for one in (name.DevEUI_uplink, name.DevEUI_notification) if one is not None}
    return named.pop() if len(named) == 1 else "" if named else name.DevEUI


_decode = msgspec.json.Decoder(_Document, strict=False).decode  # not strict: numbers may be texts
_decode_bare = msgspec.json.Decoder(thingpark.Uplink, strict=False).decode
_decode_names = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
peek = peeking(msgspec.json.Decoder(_Name).decode, _dev_eui)


def parse(body: bytes, hints: Hints = NO_HINTS) -> Frame | Heard | PassedOver:
    """One document.

    Raises:
        Undecodable: NOT_JSON, BAD_ENVELOPE or BAD_TIME.
    """
    document = read(_decode, body, thingpark.TITLE, peek, hints)
    if document.DevEUI_uplink is not None:
        return thingpark.said_by(document.DevEUI_uplink, hints)
    if document.DevEUI_notification is not None:
        return thingpark.noticed(document.DevEUI_notification)
    if document.DevEUI:
        return thingpark.said_by(read(_decode_bare, body, thingpark.TITLE, peek, hints), hints)
    names = read(_decode_names, body, thingpark.TITLE, peek, hints)
    return thingpark.other(next((name for name in names if name.startswith("DevEUI_")), ""))


register_envelope(
    Envelope(
        form="thingpark-json", title="Actility ThingPark, JSON",
        source="Actility, ThingPark X IoT Flow documentation, Message", sample="real", parse=parse, peek=peek,
    )
)  # fmt: skip
