"""Raw bodies to uplinks: envelope, duplicate filter, payload, one Avro record per uplink.

Everything of one batch is decided here without I/O and without a clock: the records carry their arrival. The order of
the checks is the promise: an identity enters the filter only when its uplink is made, so a frame that could not be
decoded is decoded when it comes again; and a replay neither asks the filter nor fills it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from vigie.codecs.decoder import Codec
from vigie.codecs.frame import Envelope, Frame, Hints, PassedOver
from vigie.codecs.instants import YEAR_10000_AT
from vigie.codecs.models import Model, ModelMap
from vigie.streams.core.dead_letters import BODY_LIMIT, Record, dead_letter
from vigie.streams.core.duplicate_filter import DeviceFilter
from vigie.streams.core.possible_instants import CLOCK, is_possible, with_own_instants
from vigie.topics import reception
from vigie.topics.avro import Framer
from vigie.topics.catalogue import NETWORKS
from vigie.topics.identity import uplink_id
from vigie.topics.reason import Reason, Undecodable, excerpt, printable
from vigie.topics.reception import Reception
from vigie.topics.uplink import CodecRef, Radio, RawPosition, Uplink
from vigie.topics.uplink_encoder import UplinkEncoder

REPLAY = "vigie-replay"
FIRST_ARRIVAL = "vigie-ingested-at"

PAYLOAD_LIMIT = 4096
"""A longer payload stays where it is, and the uplink says where."""
PAYLOAD_MOST = 65_536
"""What is made of so many bytes fits into a record; a longer one becomes a dead letter before anything remembers it."""
_MOST_REVISION = 2**53 - 1
_SOURCE_KEY = b"src:"
_MOST_CHOSEN = 10_000
_MOST_CACHED_PROFILE = 64


class Filters(Protocol):
    """The keyed state of the duplicate filter, as vigie.streams.transport.state gives it."""

    def get(self, partition: int, key: str) -> DeviceFilter | None: ...  # noqa: D102
    def applied(self, partition: int, key: str, topic: str) -> int: ...  # noqa: D102
    def put(self, partition: int, key: str, value: DeviceFilter, topic: str, offset: int) -> None: ...  # noqa: D102


class Sends(Protocol):
    """Where outputs go, as vigie.streams.transport.step gives it."""

    def send(self, topic: str, key: bytes | None, value: bytes) -> None: ...  # noqa: D102
    def extend(self, topic: str, pairs: Any) -> None: ...  # noqa: D102


@dataclass(slots=True)
class Counts:
    """What one batch came to, for the metrics.

    Attributes:
        failures: dead letters by reason.
        duplicates: exact re-deliveries.
        uplinks: uplinks made.
        replayed: those of them that a replay made.
        ignored_headers: first arrivals that were not obeyed.
        heard: events without uplink that only a device that lives can cause.
        passed_over: events that a device did not cause.
        applied_before: records that were read again, and which the state holds already.
    """

    failures: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    uplinks: int = 0
    replayed: int = 0
    ignored_headers: int = 0
    heard: int = 0
    passed_over: int = 0
    applied_before: int = 0


class Decoder:
    """Bodies of `raw.*` and `replay.*` to uplinks, receptions and dead letters.

    Args:
        models: which codec a device profile has.
        codecs: payload decoders by id.
        envelopes: envelope readers by format name.
        schema_ids: topic -> id under which the registry in use knows its schema; a missing one is the packaged id.
        obey_arrival: obey `vigie-ingested-at` on raw.* (setting ticks = log).
    """

    def __init__(
        self, *, models: ModelMap, codecs: Mapping[str, Codec], envelopes: Mapping[str, Envelope],
        schema_ids: Mapping[str, int] | None = None, obey_arrival: bool = False,
    ) -> None:  # fmt: skip
        ids = schema_ids or {}
        self.models, self.codecs, self.envelopes, self.obey_arrival = models, codecs, envelopes, obey_arrival
        self.encoders = {net: UplinkEncoder(f"uplinks.{net}.v1", ids.get(f"uplinks.{net}.v1")) for net in NETWORKS}
        self.dead = Framer("dead-letters.v1", ids.get("dead-letters.v1"))
        self._chosen: dict[tuple[str, str | None], tuple[Codec, CodecRef, Model]] = {}

    def process(self, topic: str, partition: int, records: list[Record], filters: Filters, out: Sends) -> Counts:
        """Decode the records of one partition, in offset order.

        Args:
            topic: bare name, `raw.<net>` or `replay.<net>`.
            partition: the partition of topic and state.
            records: records with key, value, headers, offset and timestamp (epoch ms).
            filters: duplicate filters of this partition.
            out: where uplinks, receptions and dead letters go.
        """
        kind, _, net = topic.partition(".")
        replay, counts = kind == "replay", Counts()
        live, envelopes = None if replay else filters, self.envelopes
        pairs: list[tuple[bytes, bytes]] = []
        encode, uplinks_topic, add = self.encoders[net].encode, f"uplinks.{net}.v1", pairs.append
        for record in records:
            ingested_at = record.timestamp
            network, form, event, revision = "", "chirpstack-v4", None, 0
            frame: Said | None = None
            try:
                if record.headers:
                    network, form, event, revision, ingested_at = self._headers(record, replay, counts)
                elif replay:
                    raise Undecodable(
                        Reason.BAD_HEADER, f"A record of {topic} needs the headers {REPLAY} and {FIRST_ARRIVAL}"
                    )
                body = record.value
                if body is None or len(body) > BODY_LIMIT:
                    raise _unreadable(body)
                envelope = envelopes.get(form)
                if envelope is None:
                    raise self._unknown_format(form)
                frame = envelope.parse(body, Hints(event=event))
                if not isinstance(frame, Frame):
                    if isinstance(frame, PassedOver):
                        counts.passed_over += 1
                        continue
                    counts.heard += 1
                    if not replay:
                        _heard(out, frame.address, ingested_at, frame.kind, network or frame.network, frame.radio)
                    continue
                key = record.key
                uplink, device = self._uplink(
                    frame, record, topic, partition, network, revision, ingested_at,
                    live if key is None or key[:4] != _SOURCE_KEY else None,
                )  # fmt: skip
                if uplink is None:
                    if device is None:
                        counts.applied_before += 1
                    else:
                        counts.duplicates += 1
                        _heard(out, device, ingested_at, "duplicate", network or frame.network, frame.radio)
                    continue
            except Undecodable as error:
                counts.failures[error.reason.value] += 1
                letter = dead_letter("decode", topic, record, error.reason, error.message, ingested_at=ingested_at)
                out.send("dead-letters.v1", record.key, self.dead.encode(letter))
                if replay:
                    continue
                if isinstance(frame, Frame):
                    _heard(out, frame.address, ingested_at, "undecodable", network or frame.network, frame.radio)
                elif error.address is not None:
                    _heard(out, error.address, ingested_at, "undecodable", network, None)
                continue
            add((uplink.device.encode(), encode(uplink)))
        out.extend(uplinks_topic, pairs)
        counts.uplinks = len(pairs)
        counts.replayed = counts.uplinks if replay else 0
        return counts

    def _uplink(
        self, frame: Frame, record: Record, topic: str, partition: int, network: str, revision: int, ingested_at: int,
        filters: Filters | None,
    ) -> tuple[Uplink | None, str | None]:  # fmt: skip
        """The uplink; or None and the device for a duplicate; or None and None for a record applied before."""
        address, session, f_cnt, payload = frame.address, frame.session or "", frame.f_cnt, frame.payload
        name = uplink_id(address, session, f_cnt, payload)
        known = device = None
        if filters is not None:
            device = filters.get(partition, address) or DeviceFilter()
            if filters.applied(partition, address, topic) >= record.offset:
                return None, None
            known = device.known(session)
            identity = int(name[:8], 16)
            if known is not None and known.is_repeat(f_cnt, identity):
                filters.put(partition, address, device, topic, record.offset)
                return None, address
        chosen = self._chosen.get((frame.profile, frame.codec_tag))
        if chosen is None:
            chosen = self._choose(frame)
        codec, codec_ref, model = chosen
        if not payload:
            raise Undecodable(Reason.EMPTY_PAYLOAD, f"{address} sent an uplink without payload (port {frame.f_port})")
        if len(payload) > PAYLOAD_MOST:
            sentence = f"{address} sent a payload of {len(payload)} bytes: more than the {PAYLOAD_MOST} of any device"
            raise Undecodable(Reason.TOO_LARGE, sentence)
        received_at = frame.received_at
        decoded = codec.decode(payload, frame.f_port, received_at)
        warnings = decoded.warnings
        if filters is not None and device is not None:
            if known is None or device.sessions[0][1] is not known:
                known = device.session(session)  # which becomes the latest
            warning = known.add(f_cnt, identity)
            if warning is not None:
                warnings = [*warnings, warning]
            filters.put(partition, address, device, topic, record.offset)
        readings, possible = decoded.readings, is_possible(received_at, ingested_at)
        if decoded.dated:
            readings, all_possible = with_own_instants(readings, ingested_at)
            possible = possible and all_possible
        if not possible:
            warnings = [*warnings, CLOCK]
        extras = decoded.extras
        extras["model"] = model.name
        whole = len(payload) <= PAYLOAD_LIMIT
        uplink = Uplink(  # in the order of its fields
            name, revision, address, frame.bearer, network or frame.network,
            received_at, received_at, ingested_at,  # observed_at, received_at, ingested_at
            frame.session, f_cnt, frame.f_port, payload if whole else None,
            None if whole else RawPosition(topic, record.partition, record.offset),
            codec_ref, decoded.firmware, tuple(readings), extras,
            frame.radio, None, tuple(warnings),  # radio, cell, warnings
        )  # fmt: skip
        return uplink, address

    def _choose(self, frame: Frame) -> tuple[Codec, CodecRef, Model]:
        model = self.models.find(frame.profile, frame.codec_tag)
        if model is None:
            raise Undecodable(
                Reason.NO_CODEC,
                f"No codec is known for the device profile {excerpt(frame.profile)} of {frame.address}: "
                "add it to the models file, or give the device the tag vigie_codec",
            )
        codec = self.codecs.get(model.codec)
        if codec is None:
            raise Undecodable(
                Reason.NO_CODEC,
                f"{frame.address} wants the codec {excerpt(model.codec)}, "
                f"which is none of {', '.join(sorted(self.codecs))}",
            )
        chosen = codec, CodecRef(codec.id, codec.version, codec.hash), model
        if len(frame.profile) <= _MOST_CACHED_PROFILE:  # a tag that chose a codec is as short as the codec's name
            if len(self._chosen) >= _MOST_CHOSEN:
                self._chosen.clear()
            self._chosen[frame.profile, frame.codec_tag] = chosen
        return chosen

    def _unknown_format(self, form: str) -> Undecodable:
        known = ", ".join(sorted(self.envelopes))
        return Undecodable(
            Reason.UNKNOWN_FORMAT, f"No envelope is known for the format {excerpt(form)}; known are {known}"
        )

    def _headers(self, record: Record, replay: bool, counts: Counts) -> tuple[str, str, str | None, int, int]:
        """Network, format, event, revision and first arrival, as the record's headers say."""
        headers = {name: text.decode("utf-8", "replace") if text is not None else "" for name, text in record.headers}
        revision, ingested_at = 0, record.timestamp
        if replay:
            revision = _number(headers, REPLAY, 1, _MOST_REVISION)  # 0 is the live one
            ingested_at = _number(headers, FIRST_ARRIVAL, 0, YEAR_10000_AT - 1)
        elif FIRST_ARRIVAL in headers:
            if self.obey_arrival:
                ingested_at = _number(headers, FIRST_ARRIVAL, 0, YEAR_10000_AT - 1)
            else:
                counts.ignored_headers += 1
        return (
            printable(headers.get("network", "")),
            headers.get("format") or "chirpstack-v4",
            headers.get("event") or None,
            revision,
            ingested_at,
        )


def _number(headers: Mapping[str, str], name: str, least: int, most: int) -> int:
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and least <= int(text) <= most):
        raise Undecodable(
            Reason.BAD_HEADER, f"The header {name} is {excerpt(text)}: expected a whole number from {least} to {most}"
        )
    return int(text)


def _unreadable(body: bytes | None) -> Undecodable:
    if body is None:
        return Undecodable(Reason.NOT_JSON, "The record has no value at all")
    return Undecodable(Reason.TOO_LARGE, f"The body has {len(body)} bytes, the limit is {BODY_LIMIT}")


def _heard(out: Sends, address: str, ingested_at: int, kind: str, network: str, radio: Radio | None) -> None:
    gateways = radio.gateways if radio is not None else ()
    heard = Reception(address=address, ingested_at=ingested_at, kind=kind, network=network, gateways=gateways)
    out.send("receptions", address.encode(), reception.encode(heard))
