"""Raw bodies to uplinks: headers, envelope, then what core/decode_batch.py makes of what the bodies say.

Everything of one batch is decided here without a clock: the records carry their arrival. The one thing that happens
outside is a maker's own codec, which runs in a process of its own (codecs/javascript).
"""

from collections.abc import Mapping

from msgspec.structs import replace

from vigie.codecs.decoder import Codec
from vigie.codecs.frame import Envelope, Frame
from vigie.codecs.model_map import Model, ModelMap
from vigie.streams.core.dead_letters import BODY_LIMIT, Record
from vigie.streams.core.decode_batch import Batch
from vigie.streams.core.decode_parts import Counts, Filters, Parsed, Sends
from vigie.streams.core.record_headers import (
    FIRST_ARRIVAL,
    REPLAY,
    Context,
    RecordHeaders,
    first_arrival,
    replay_number,
)
from vigie.topics.avro import Framer
from vigie.topics.catalogue import NETWORKS
from vigie.topics.reason import Reason, Undecodable, excerpt
from vigie.topics.uplink import CodecRef
from vigie.topics.uplink_encoder import UplinkEncoder

_MOST_CHOSEN = 10_000
_MOST_CACHED_PROFILE = 64


class Decoder:
    """Bodies of `raw.*` and `replay.*` to uplinks, receptions and dead letters.

    Args:
        models: which codec a device profile has.
        codecs: payload decoders by id.
        envelopes: envelope readers by format name.
        shadows: codecs that decode beside the active one of the same id.
        headers: reads what a record's headers say, knows layouts and declared topics.
        schema_ids: topic -> id under which the registry in use knows its schema; a missing one is the packaged id.
        obey_arrival: obey `vigie-ingested-at` on raw.* (setting ticks = log).
    """

    def __init__(
        self, *, models: ModelMap, codecs: Mapping[str, Codec], envelopes: Mapping[str, Envelope],
        shadows: Mapping[str, Codec] | None = None, headers: RecordHeaders | None = None,
        schema_ids: Mapping[str, int] | None = None, obey_arrival: bool = False,
    ) -> None:  # fmt: skip
        ids = schema_ids or {}
        self.models, self.envelopes, self.obey_arrival = models, envelopes, obey_arrival
        self.headers = headers or RecordHeaders()
        self.encoders = {net: UplinkEncoder(f"uplinks.{net}.v1", ids.get(f"uplinks.{net}.v1")) for net in NETWORKS}
        self.dead = Framer("dead-letters.v1", ids.get("dead-letters.v1"))
        self.use(codecs, shadows or {})

    def use(self, codecs: Mapping[str, Codec], shadows: Mapping[str, Codec]) -> None:
        """Decode with these codecs from the next batch on."""
        self.codecs, self.shadows = codecs, shadows
        self._by_batch = any(codec.batch is not None for codec in codecs.values())
        self.chosen: dict[tuple[str, str | None], tuple[Codec, CodecRef, Model]] = {}

    def process(self, topic: str, partition: int, records: list[Record], filters: Filters, out: Sends) -> Counts:
        """Decode the records of one partition, in offset order.

        Args:
            topic: bare name, `raw.<net>` or `replay.<net>`.
            partition: the partition of topic and state.
            records: records with key, value, headers, offset and timestamp (epoch ms).
            filters: duplicate filters of this partition.
            out: where uplinks, receptions and dead letters go.
        """
        counts, replay = Counts(), topic.startswith("replay.")
        batch = Batch(self, topic, partition, None if replay else filters, out, counts)
        plain, parse, take = self.headers.context(topic, ()), self._parse, batch.take
        if not self._by_batch:
            for record in records:
                take(parse(topic, record, plain, replay, counts))
        else:
            parsed = [parse(topic, record, plain, replay, counts) for record in records]
            batch.decode_ahead(parsed)
            for one in parsed:
                take(one)
        batch.end()
        return counts

    def _parse(self, topic: str, record: Record, context: Context, replay: bool, counts: Counts) -> Parsed:
        """The record with what its body says, or with why it says nothing."""
        revision, ingested_at = 0, record.timestamp
        try:
            if record.headers:
                if replay:
                    revision, ingested_at = replay_number(record.headers), first_arrival(record.headers)
                else:
                    ingested_at = self._first_arrival(record, counts)
                context = self.headers.context(topic, record.headers)
            elif replay:
                sentence = f"A record of {topic} needs the headers {REPLAY} and {FIRST_ARRIVAL}"
                raise Undecodable(Reason.BAD_HEADER, sentence)
            body = record.value
            if body is None or len(body) > BODY_LIMIT:
                raise _unreadable(body)
            envelope = self.envelopes.get(context.form)
            if envelope is None:
                known = ", ".join(sorted(self.envelopes))
                sentence = f"No envelope is known for the format {excerpt(context.form)}; known are {known}"
                raise Undecodable(Reason.UNKNOWN_FORMAT, sentence)
            hints = context.hints
            if envelope.needs_arrival:
                hints = replace(hints, arrived_at=ingested_at)
            return Parsed(record, context, revision, ingested_at, envelope.parse(body, hints))
        except Undecodable as error:
            return Parsed(record, context, revision, ingested_at, None, error)

    def _first_arrival(self, record: Record, counts: Counts) -> int:
        if any(name == FIRST_ARRIVAL for name, _ in record.headers):
            if self.obey_arrival:
                return first_arrival(record.headers)
            counts.ignored_headers += 1
        return record.timestamp

    def choose(self, frame: Frame) -> tuple[Codec, CodecRef, Model]:
        """The codec of a frame's device, and its model.

        Raises:
            Undecodable: NO_CODEC.
        """
        known = self.chosen.get((frame.profile, frame.codec_tag))
        if known is not None:
            return known
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
                f"{frame.address} wants the codec {excerpt(model.codec)}, which is none of the "
                f"{len(self.codecs)} known ones: `vigie codecs list` shows them",
            )
        chosen = codec, CodecRef(codec.id, codec.version, codec.hash), model
        if len(frame.profile) <= _MOST_CACHED_PROFILE:  # a tag that chose a codec is as short as the codec's name
            if len(self.chosen) >= _MOST_CHOSEN:
                self.chosen.clear()
            self.chosen[frame.profile, frame.codec_tag] = chosen
        return chosen


def _unreadable(body: bytes | None) -> Undecodable:
    if body is None:
        return Undecodable(Reason.NOT_JSON, "The record has no value at all")
    return Undecodable(Reason.TOO_LARGE, f"The body has {len(body)} bytes, the limit is {BODY_LIMIT}")
