"""Where a codec in shadow and the active one disagree about an uplink (JSON on the topic `codec-differences`)."""

from msgspec import Struct, json


class CodecDifference(Struct, frozen=True, kw_only=True):
    """One uplink of which two codecs made different words.

    Attributes:
        codec: id of both.
        active, shadow: their versions.
        device: device id.
        uplink: id of the uplink; empty where neither made one.
        ingested_at: epoch ms UTC, arrival at the platform.
        f_port: LoRaWAN port.
        payload: hex digits.
        active_says, shadow_says: readings and extras by name, as text; or the reason and sentence of a refusal.
    """

    codec: str
    active: str
    shadow: str
    device: str
    uplink: str
    ingested_at: int
    f_port: int
    payload: str
    active_says: dict[str, str]
    shadow_says: dict[str, str]


_encoder = json.Encoder()
_decoder = json.Decoder(CodecDifference)


def encode(difference: CodecDifference) -> bytes:
    """Difference to bytes.

    >>> made = CodecDifference(codec="elsys", active="1", shadow="2", device="eui:a1", uplink="", ingested_at=5,
    ...     f_port=1, payload="00", active_says={}, shadow_says={"air_temperature": "1.0"})
    >>> decode(encode(made)) == made
    True
    """
    return _encoder.encode(difference)


def decode(value: bytes) -> CodecDifference:
    """Bytes to difference; raises msgspec.DecodeError on anything else."""
    return _decoder.decode(value)
