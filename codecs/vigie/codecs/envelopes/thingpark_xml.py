"""Actility ThingPark, XML: HTTP tunnel of the LRC.

Source: ThingPark documentation, LRC to Application Server tunnel interface; fields and traps in codecs/lora/thingpark.

    <DevEUI_uplink xmlns="http://uri.actility.com/lora"><Time>2016-10-25T12:45:24.150+02:00</Time><DevEUI>..</DevEUI>
      <FPort>1</FPort>..<Lrrs><Lrr><Lrrid>290000D5</Lrrid>..</Lrr></Lrrs><CustomerData>JSON as text</CustomerData>..

A document type, an entity or a reference to something outside is refused before anything is expanded.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError  # names only: defusedxml reads

import msgspec
from defusedxml.ElementTree import fromstring

from vigie.codecs.frame import Envelope, Frame, Heard, Hints, PassedOver
from vigie.codecs.lora import thingpark
from vigie.codecs.lora.eui import address_of
from vigie.codecs.lora.fields import NO_HINTS
from vigie.codecs.registry import register_envelope
from vigie.topics.reason import Reason, Undecodable

# The start of every document of ThingPark; of another one `peek` reads the whole.
_START = re.compile(
    rb"\s*(?:<\?xml [^<>]*\?>\s*)?<DevEUI_(?:uplink|notification)(?: [^<>]*)?>\s*"
    rb"(?:<Time>[^<&]*</Time>\s*)?<DevEUI>([0-9a-fA-F]{16})</DevEUI>"
)
_MARK = b"<DevEUI>"


def parse(body: bytes, hints: Hints = NO_HINTS) -> Frame | Heard | PassedOver:
    """One document.

    Raises:
        Undecodable: NOT_WELL_FORMED, BAD_ENVELOPE or BAD_TIME.
    """
    root = _read(body)
    name = _local(root)
    if name == "DevEUI_uplink":
        return thingpark.said_by(_as(thingpark.Uplink, root), hints)
    if name == "DevEUI_notification":
        return thingpark.noticed(_as(thingpark.Notification, root))
    return thingpark.other(name)


def _read(body: bytes) -> Element:
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, ValueError, LookupError, RecursionError) as error:  # defusedxml's refusals are ValueErrors
        sentence = f"The body is not XML without document type and entities: {str(error)[:80]}"
        raise Undecodable(Reason.NOT_WELL_FORMED, sentence) from None
    return root


def _local(element: Element) -> str:
    """The name without the namespace, which some platforms leave out."""
    return element.tag.rpartition("}")[2]


def _as(kind: type[Any], root: Element) -> Any:
    fields: dict[str, Any] = {_local(one): one.text for one in root if one.text and len(one) == 0}
    for one in root:
        if _local(one) == "Lrrs":
            heard = [{_local(field): field.text for field in lrr if field.text} for lrr in one if _local(lrr) == "Lrr"]
            fields["Lrrs"] = {"Lrr": heard}
    try:
        return msgspec.convert(fields, kind, strict=False)
    except msgspec.ValidationError as error:
        sentence = f"Not a {thingpark.TITLE} document: {str(error)[:110]}"
        raise Undecodable(Reason.BAD_ENVELOPE, sentence, _named(root)) from None


def _named(root: Element) -> str | None:
    found = [one.text or "" for one in root if _local(one) == "DevEUI"]
    try:
        return address_of(found[-1]) if found else None
    except Undecodable:
        return None


def peek(body: bytes, _hints: Hints = NO_HINTS) -> str | None:
    """The device id of a document, for the key of its record; None where it names none."""
    if (found := _START.match(body)) is not None and body.find(_MARK, found.end()) < 0:
        return address_of(found.group(1).decode())
    try:
        return _named(_read(body))
    except Undecodable:
        return None


register_envelope(
    Envelope(
        form="thingpark-xml", title="Actility ThingPark, XML",
        source="ThingPark documentation, LRC to Application Server tunnel interface", sample="real",
        parse=parse, peek=peek,
    )
)  # fmt: skip
