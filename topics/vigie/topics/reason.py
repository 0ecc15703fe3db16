"""The closed list of reasons why bytes could not become words."""

from enum import StrEnum

_MOST_EXCERPT = 80


class Reason(StrEnum):
    """Why a record is a dead letter; each is a label of the metric vigie_decode_failures_total."""

    NOT_JSON = "not_json"
    """The body is not well-formed JSON (or not UTF-8)."""
    NOT_WELL_FORMED = "not_well_formed"
    """The body is not well-formed XML, CBOR, protobuf or CSV, or not the binary frame that its source declares."""
    BAD_ENVELOPE = "bad_envelope"
    """Well-formed, but a field of the envelope is missing or of another type than the network documents."""
    BAD_BASE64 = "bad_base64"
    """The payload text is not base64."""
    BAD_TIME = "bad_time"
    """An instant of the envelope cannot be read."""
    NO_CODEC = "no_codec"
    """No codec is known for the device's profile."""
    UNKNOWN_FORMAT = "unknown_format"
    """No envelope is registered for the record's format header."""
    EMPTY_PAYLOAD = "empty_payload"
    """The uplink carries no payload byte, so there is nothing to decode."""
    BAD_PAYLOAD = "bad_payload"
    """The payload does not have the layout of its codec."""
    CODEC_FAILED = "codec_failed"
    """The maker's own codec threw, reported an error, or returned what its mapping cannot read."""
    CODEC_STOPPED = "codec_stopped"
    """The maker's own codec was stopped: over its limit of time, memory or stack."""
    TRUNCATED = "truncated"
    """The payload ends inside a value."""
    TOO_LARGE = "too_large"
    """The body, or a record derived from it, is over the limit of 900 kB."""
    BAD_HEADER = "bad_header"
    """A Kafka header that the platform obeys (event, replay number, first arrival) says what nobody can obey."""
    INTERNAL_ERROR = "internal_error"
    """Our own code failed on this record: a bug, with its traceback."""


class Undecodable(Exception):  # noqa: N818 -- it is data about the record, not an error of ours
    """Bytes that cannot become words: kept as a dead letter, counted by reason.

    Args:
        reason: one of the closed list.
        message: a sentence for the person who looks: what was found, where, what was expected.
        address: id of the device that sent a frame all the same; None where it is not known, or none was sent.
    """

    def __init__(self, reason: Reason, message: str, address: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.address = address


def printable(text: str) -> str:
    """A name that somebody else wrote, fit to be kept and shown: at most 80 characters, none that controls anything.

    >>> printable("ville"), printable("ville" + chr(0)) == "ville" + chr(0xFFFD), len(printable("x" * 100))
    ('ville', True, 80)
    """
    if text.isprintable() and len(text) <= _MOST_EXCERPT:
        return text
    return "".join([one if one.isprintable() else "\ufffd" for one in text[:_MOST_EXCERPT]])


def excerpt(text: str) -> str:
    """Somebody else's text, quoted for a message: at most 80 characters, whatever it holds.

    >>> excerpt("Elsys ERS"), len(excerpt("x" * 800_000)), len(excerpt(chr(0) * 60))
    ("'Elsys ERS'", 80, 80)
    """
    quoted = repr(text[:_MOST_EXCERPT])
    if len(text) <= _MOST_EXCERPT and len(quoted) <= _MOST_EXCERPT:
        return quoted
    return quoted[: _MOST_EXCERPT - 1] + "…"
