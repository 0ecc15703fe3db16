"""What the envelopes of LoRaWAN network servers have in common: ranges, payload texts, instants, device status.

A field that a network documents is read with its range; one that it does not is not looked at. All of it raises only
Undecodable, and with the device where the frame of a known one came, for that shows that it lives.
"""

from binascii import a2b_base64, a2b_hex
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from vigie.codecs.frame import Hints, Peek
from vigie.codecs.instants import YEAR_10000_AT, epoch_ms
from vigie.codecs.lora.eui import address_of
from vigie.topics.reason import Reason, Undecodable, excerpt
from vigie.topics.uplink import Gateway

# Ranges are checked by msgspec while it reads, which costs next to nothing.
Counter = Annotated[int, Meta(ge=0, lt=2**32)]
Byte = Annotated[int, Meta(ge=0, le=255)]
Decibels = Annotated[float, Meta(ge=-999, le=999)]
Power = Annotated[int, Meta(ge=-999, le=999)]
Hertz = Annotated[int, Meta(ge=0, lt=2**40)]
Frequency = Annotated[float, Meta(ge=0, lt=2**40)]
Spreading = Annotated[int, Meta(ge=5, le=12)]
Small = Annotated[int, Meta(ge=-(2**31), lt=2**31)]
Number = Annotated[float, Meta(ge=-1e15, le=1e15)]

NO_HINTS = Hints()
NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
TAG = "vigie_codec"
"""The device's tag that names its codec, whatever the network calls tags."""

_MOST_QUOTED = 110
_T = TypeVar("_T")


def read(decode: Callable[[bytes], _T], body: bytes, title: str, peek: Peek, hints: Hints = NO_HINTS) -> _T:
    """One JSON body as its struct.

    Many a platform between a network and us writes `null` or an empty text for what it does not know: a body that is
    not what the network documents is read a second time without these.

    Raises:
        Undecodable: NOT_JSON, or BAD_ENVELOPE with the device if the body names it all the same.
    """
    try:
        return decode(body)
    except msgspec.ValidationError as error:
        sentence = f"Not a {title} message: {str(error)[:_MOST_QUOTED]}"
    except NO_JSON as error:
        raise Undecodable(Reason.NOT_JSON, f"The body is not JSON: {str(error)[:_MOST_QUOTED]}") from None
    try:
        decoder: msgspec.json.Decoder[_T] = decode.__self__  # type: ignore[attr-defined]
        return msgspec.convert(_told(msgspec.json.decode(body)), decoder.type, strict=decoder.strict)
    except (ValueError, OverflowError, RecursionError):  # ValidationError is a ValueError
        raise Undecodable(Reason.BAD_ENVELOPE, sentence, peek(body, hints)) from None


def _told(data: Any) -> Any:
    """The data without the members that say nothing."""
    if isinstance(data, dict):
        return {name: _told(value) for name, value in data.items() if value is not None and value != ""}
    return [_told(value) for value in data] if isinstance(data, list) else data


def peeking(decode: Callable[[bytes], _T], dev_eui: Callable[[_T], str]) -> Peek:
    """A peek that decodes the few fields that lead to the DevEUI, and so is never fooled by one that stands elsewhere.

    Args:
        decode: decoder of a struct with these fields only; msgspec skips the others without making objects of them.
        dev_eui: picks the DevEUI out of it.
    """

    def peek(body: bytes, _hints: Hints = NO_HINTS) -> str | None:
        try:
            return address_of(dev_eui(decode(body)))
        except (*NO_JSON, Undecodable):
            return None

    return peek


def from_hex(text: str, address: str) -> bytes:
    r"""An application payload in hex.

    >>> from_hex("01755C", "eui:24e124136b000001")
    b'\x01u\\'
    """
    try:
        return a2b_hex(text)
    except ValueError:
        sentence = f"The payload of {address} is not hex: {excerpt(text)}"
        raise Undecodable(Reason.BAD_ENVELOPE, sentence, address) from None


def from_base64(text: str, address: str) -> bytes:
    r"""An application payload in base64, strictly.

    >>> from_base64("AXVc", "eui:24e124136b000001")
    b'\x01u\\'
    """
    try:
        payload = a2b_base64(text, strict_mode=True)
        if len(text) & 3:  # padding too many, which strict_mode lets pass
            raise ValueError(text[:40])
    except ValueError:
        sentence = f"The data of {address} is not base64: {excerpt(text)}"
        raise Undecodable(Reason.BAD_BASE64, sentence, address) from None
    return payload


def encrypted(address: str, network: str) -> Undecodable:
    """The network hands over what only the owner of the AppSKey can read."""
    sentence = f"The payload of {address} is still encrypted: give {network} the device's AppSKey"
    return Undecodable(Reason.BAD_ENVELOPE, sentence, address)


def instant(text: str | None, whose: str, *, device: bool = True) -> int | None:
    """An RFC 3339 instant as epoch ms; None where the network says none, which stands for the arrival.

    Args:
        text: the instant.
        whose: device id, or the words that name what is not one.
        device: whether it is one.
    """
    if not text:
        return None
    try:
        return epoch_ms(text)
    except (ValueError, OverflowError):
        sentence = f"The time {excerpt(text)} of {whose} is not an RFC 3339 instant"
        raise Undecodable(Reason.BAD_TIME, sentence, whose if device else None) from None


def since_epoch(ms: float | None, address: str) -> int | None:
    """An instant in epoch ms, checked; 0 and None are what servers write that know none."""
    if not ms:
        return None
    if not 0 < ms < YEAR_10000_AT:
        raise Undecodable(Reason.BAD_TIME, f"The time {ms:.0f} of {address} is no epoch in milliseconds", address)
    return int(ms)


def figure(value: float) -> str:
    """A number as an extra says it.

    >>> figure(0.0), figure(90.118576), figure(7), figure(5e-06)
    ('0', '90.1186', '7', '0.000005')
    """
    text = f"{value:.6g}"
    return text if "e" not in text else f"{value:.9f}".rstrip("0").rstrip(".")


def battery(level: int | None, prefix: str = "") -> dict[str, str]:
    """The battery of a DevStatusAns (LoRaWAN 1.0.3, section 5.5), in words.

    Args:
        level: 0 = external power, 1 to 254 = empty to full, 255 = the device cannot tell; None = the network cannot.
        prefix: of the names: `network_` beside a frame, whose device may say its own.

    >>> battery(127), battery(0, "network_"), battery(255)
    ({'battery_pct': '50'}, {'network_power': 'external'}, {})
    """
    if level is None or not 0 <= level < 255:
        return {}
    return {prefix + "battery_pct": figure(level / 254 * 100)} if level else {prefix + "power": "external"}


def place(latitude: float | None, longitude: float | None, accuracy_m: float | None = None) -> dict[str, str]:
    """Where the network believes the device to be; nothing for 0, 0, which is how servers write that they do not know.

    >>> place(49.8527, 3.28297, 10000), place(0, 0)
    ({'network_lat': '49.8527', 'network_lon': '3.28297', 'network_accuracy_m': '10000'}, {})
    """
    if latitude is None or longitude is None or not (latitude or longitude):
        return {}
    said = {"network_lat": f"{latitude:.9g}", "network_lon": f"{longitude:.9g}"}
    if accuracy_m is not None:
        said["network_accuracy_m"] = figure(accuracy_m)
    return said


def codec_tag(tags: object) -> str | None:
    """The tag `vigie_codec` of a network whose tags are plain texts: `vigie_codec=elsys`.

    >>> codec_tag(["site=Paris", "vigie_codec=elsys"]), codec_tag(["x", 3]), codec_tag(None)
    ('elsys', None, None)
    """
    if isinstance(tags, list):
        for one in tags:
            if isinstance(one, str) and one.startswith(TAG + "="):
                return one[len(TAG) + 1 :]
    return None


def anonymous(rssi_dbm: float | None, snr_db: float | None) -> tuple[Gateway, ...]:
    """The best gateway, of which the network gives the figures but not the name: its id is empty."""
    return () if rssi_dbm is None else (Gateway("", round(rssi_dbm), snr_db),)
