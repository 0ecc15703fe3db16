"""One batch of bodies that were read: duplicate filter, payload, one Avro record per uplink.

The order of the checks is the promise: an identity enters the filter only when its uplink is made, so a frame that
could not be decoded is decoded when it comes again; and a replay neither asks the filter nor fills it.
"""

from collections.abc import Mapping
from typing import Protocol

from vigie.codecs.decoder import Codec, Decoded
from vigie.codecs.frame import Envelope, Frame, GatewayStats, Heard, PassedOver, Refused, Said
from vigie.codecs.model_map import Model, ModelMap
from vigie.streams.core.dead_letters import dead_letter
from vigie.streams.core.decode_parts import Counts, Filters, Parsed, Sends, each
from vigie.streams.core.duplicate_filter import DeviceFilter
from vigie.streams.core.possible_instants import CLOCK, is_possible, with_own_instants
from vigie.streams.core.shadow import Decoding, differences, outcomes_of
from vigie.topics import codec_difference, reception
from vigie.topics.avro import Framer
from vigie.topics.identity import uncounted_uplink_id, uplink_id
from vigie.topics.reason import Reason, Undecodable, printable
from vigie.topics.reception import GATEWAY, Reception
from vigie.topics.uplink import CodecRef, RawPosition, Uplink
from vigie.topics.uplink_encoder import UplinkEncoder

PAYLOAD_LIMIT = 4096
"""A longer payload stays where it is, and the uplink says where."""
PAYLOAD_MOST = 65_536
"""What is made of so many bytes fits into a record; a longer one becomes a dead letter before anything remembers it."""
MAC_PORT = 0
"""What stands on this port are MAC commands (LoRaWAN 1.0.4, section 4.3.2); 06 FF 0A would be CO2 to some codecs."""
_SOURCE_KEY = b"src:"


class Knows(Protocol):
    """What a batch asks of its decoder."""

    models: ModelMap
    envelopes: Mapping[str, Envelope]
    shadows: Mapping[str, Codec]
    dead: Framer
    chosen: dict[tuple[str, str | None], tuple[Codec, CodecRef, Model]]

    @property
    def encoders(self) -> Mapping[str, UplinkEncoder]: ...  # noqa: D102

    def choose(self, frame: Frame) -> tuple[Codec, CodecRef, Model]: ...  # noqa: D102


class Batch:
    """One batch of one partition on its way through the decoder.

    Args:
        decoder: knows codecs, envelopes, shadows and encoders.
        topic: bare name, `raw.<net>` or `replay.<net>`.
        partition: the partition of topic and state.
        filters: duplicate filters of this partition; None for a replay, which neither asks nor fills them.
        out: where uplinks, receptions and dead letters go.
        counts: what it comes to.
    """

    def __init__(
        self, decoder: Knows, topic: str, partition: int, filters: Filters | None, out: Sends, counts: Counts
    ) -> None:
        self.decoder, self.topic, self.partition = decoder, topic, partition
        self.filters, self.out, self.counts = filters, out, counts
        net = topic.partition(".")[2]
        self.encode, self.uplinks_topic = decoder.encoders[net].encode, f"uplinks.{net}.v1"
        self.pairs: list[tuple[bytes, bytes]] = []
        self.ahead: dict[int, Decoded | Undecodable] = {}
        self.decodings: list[Decoding] = []
        self.known = decoder.chosen
        self.shadows = decoder.shadows if filters is not None else {}
        self.plain = not self.shadows

    def decode_ahead(self, parsed: list[Parsed]) -> None:
        """Ask codecs that are quicker with many payloads at once about all of the batch."""
        jobs: dict[str, tuple[Codec, list[Frame], list[tuple[bytes, int, int]]]] = {}
        for one in parsed:
            for frame in each(one.said):
                if (
                    not isinstance(frame, Frame)
                    or frame.decoded is not None
                    or frame.f_port == MAC_PORT
                    or not 0 < len(frame.payload) <= PAYLOAD_MOST
                ):
                    continue
                try:
                    codec = self.decoder.choose(frame)[0]
                except Undecodable:
                    continue  # said again where the frame's turn comes
                if codec.batch is not None:
                    _, frames, asked = jobs.setdefault(codec.id, (codec, [], []))
                    frames.append(frame)
                    asked.append((frame.payload, frame.f_port or 0, frame.received_at or one.ingested_at))
        for codec, frames, asked in jobs.values():
            for frame, outcome in zip(frames, outcomes_of(codec, asked), strict=True):
                self.ahead[id(frame)] = outcome  # the frames live as long as `parsed`
        self.plain = self.plain and not self.ahead

    def take(self, one: Parsed) -> None:
        """What one record says becomes uplinks, receptions or dead letters."""
        said = one.said
        if type(said) is Frame:  # as nearly always
            self._frame(one, said, True)
        elif one.error is not None:
            self._refuse(one, one.error)
        else:
            refused: list[Refused] = []
            for said in each(one.said):
                if isinstance(said, Frame):
                    self._frame(one, said, False)
                elif isinstance(said, Refused):
                    refused.append(said)
                else:
                    self._other(one, said)
            if refused:  # one letter for all of them: it is the body that can be taken up again
                first = refused[0]
                many = f"{len(refused)} records of the body were refused, the first: " if len(refused) > 1 else ""
                self._refuse(one, Undecodable(first.reason, many + first.message))

    def end(self) -> None:
        """Send what was made, and ask the shadows."""
        self.out.extend(self.uplinks_topic, self.pairs)
        self.counts.uplinks = len(self.pairs)
        self.counts.replayed = 0 if self.filters is not None else self.counts.uplinks
        if self.decodings:
            found = differences(self.decodings, self.shadows)
            self.counts.compared.update(one.codec.id for one in self.decodings)
            self.counts.different.update(one.codec for one in found)
            for one in found:
                self.out.send("codec-differences", one.codec.encode(), codec_difference.encode(one))

    def _frame(self, one: Parsed, frame: Frame, alone: bool) -> None:
        try:
            uplink = self._uplink(one, frame, alone)
        except Undecodable as error:
            self._refuse(one, error, frame)
            return
        if uplink is not None:
            self.pairs.append((uplink.device.encode(), self.encode(uplink)))

    def _uplink(self, one: Parsed, frame: Frame, alone: bool) -> Uplink | None:
        """The uplink; None for a duplicate, and for a record applied before."""
        address, session, f_cnt, payload = frame.address, frame.session or "", frame.f_cnt, frame.payload
        record, ingested_at, network = one.record, one.ingested_at, one.context.network or frame.network
        received_at = ingested_at if frame.received_at is None else frame.received_at
        if f_cnt is not None:
            name = uplink_id(address, session, f_cnt, payload)
        else:
            name = uncounted_uplink_id(
                one.context.hints.source or network, address, frame.identity or payload,
                None if frame.timed else received_at,
            )  # fmt: skip
        # Several frames of one record share its offset, and a device inside a `src:` record has its state elsewhere:
        # their ids remove repeats downstream.
        key = record.key
        filters = self.filters if alone and (key is None or key[:4] != _SOURCE_KEY) else None
        known = device = None
        identity, counter = int(name[:8], 16), f_cnt or 0
        if filters is not None:
            device = filters.get(self.partition, address) or DeviceFilter()
            if filters.applied(self.partition, address, self.topic) >= record.offset:
                self.counts.applied_before += 1
                return None
            known = device.known(session)
            if known is not None and known.is_repeat(counter, identity):
                filters.put(self.partition, address, device, self.topic, record.offset)
                self.counts.duplicates += 1
                self._heard(one, frame, "duplicate")
                return None
        if (
            self.plain
            and frame.decoded is None
            and frame.f_port != MAC_PORT
            and 0 < len(payload) <= PAYLOAD_MOST
            and (chosen := self.known.get((frame.profile, frame.codec_tag))) is not None
        ):  # as nearly always
            codec, codec_ref, known_model = chosen
            decoded, model = codec.decode(payload, frame.f_port or 0, received_at), known_model.name
        else:
            decoded, codec_ref, model = self._decoded(one, frame, name, received_at)
        warnings = decoded.warnings
        if filters is not None and device is not None:
            if known is None or device.sessions[0][1] is not known:
                known = device.session(session)  # which becomes the latest
            warning = known.add(counter, identity)
            if warning is not None and f_cnt is not None:
                warnings = [*warnings, warning]
            filters.put(self.partition, address, device, self.topic, record.offset)
        observed_at = received_at if frame.observed_at is None else frame.observed_at
        readings, possible = decoded.readings, is_possible(observed_at, ingested_at)
        if decoded.dated:
            readings, all_possible = with_own_instants(readings, ingested_at)
            possible = possible and all_possible
        if not possible:
            warnings = [*warnings, CLOCK]
        extras = decoded.extras if frame.extras is None else {**frame.extras, **decoded.extras}
        extras["model"] = model
        whole = len(payload) <= PAYLOAD_LIMIT
        return Uplink(  # in the order of its fields
            name, one.revision, address, frame.bearer, network,
            observed_at, received_at, ingested_at,
            frame.session, f_cnt, frame.f_port, payload if whole else None,
            None if whole else RawPosition(self.topic, record.partition, record.offset),
            codec_ref, decoded.firmware, tuple(readings), extras,
            frame.radio, frame.cell, tuple(warnings),
        )  # fmt: skip

    def _decoded(self, one: Parsed, frame: Frame, name: str, received_at: int) -> tuple[Decoded, CodecRef, str]:
        """What the frame says, who read it, and the short name of its device's model."""
        decoder = self.decoder
        if frame.decoded is not None:  # the envelope has read the values itself
            envelope = decoder.envelopes[one.context.form]
            model = decoder.models.find(frame.profile, None) if frame.profile else None
            shown = model.name if model is not None else printable(frame.profile)
            return frame.decoded, CodecRef(envelope.form, envelope.version, envelope.hash), shown
        codec, codec_ref, chosen = decoder.choose(frame)
        payload, f_port = frame.payload, frame.f_port or 0
        if payload and frame.f_port == MAC_PORT:
            sentence = f"{frame.address} sent {len(payload)} bytes on port 0: commands of the network, no measures"
            raise Undecodable(Reason.EMPTY_PAYLOAD, sentence)
        if not payload:
            raise Undecodable(Reason.EMPTY_PAYLOAD, f"{frame.address} sent an uplink without payload (port {f_port})")
        if len(payload) > PAYLOAD_MOST:
            sentence = (
                f"{frame.address} sent a payload of {len(payload)} bytes, more than the {PAYLOAD_MOST} of any device"
            )
            raise Undecodable(Reason.TOO_LARGE, sentence)
        outcome: Decoded | Undecodable | None = self.ahead.get(id(frame)) if self.ahead else None
        if outcome is None:
            try:
                outcome = codec.decode(payload, f_port, received_at)
            except Undecodable as error:
                outcome = error
        if codec.id in self.shadows:
            said = outcome
            if isinstance(said, Decoded):  # what the uplink adds to the extras is not the codec's word
                said = Decoded(said.readings, dict(said.extras), said.warnings)
            self.decodings.append(
                Decoding(codec, frame.address, name, one.ingested_at, payload, f_port, received_at, said)
            )
        if isinstance(outcome, Undecodable):
            raise outcome
        return outcome, codec_ref, chosen.name

    def _other(self, one: Parsed, said: Said) -> None:
        """A message that holds no uplink."""
        if isinstance(said, PassedOver):
            self.counts.passed_over += 1
        elif isinstance(said, Heard):
            self.counts.heard += 1
            if self.filters is not None:
                self._heard(one, said, said.kind)
        elif isinstance(said, GatewayStats):
            self.counts.gateways += 1
            if self.filters is not None:
                own = {} if said.observed_at is None else {"observed_at_ms": str(said.observed_at)}
                self._send(
                    Reception(
                        address=GATEWAY + said.gateway, ingested_at=one.ingested_at, kind="stats",
                        network=one.context.network or said.network, facts=said.facts | own,
                    )
                )  # fmt: skip

    def _refuse(self, one: Parsed, error: Undecodable, frame: Frame | None = None) -> None:
        self.counts.failures[error.reason.value] += 1
        letter = dead_letter("decode", self.topic, one.record, error.reason, error.message, ingested_at=one.ingested_at)
        self.out.send("dead-letters.v1", one.record.key, self.decoder.dead.encode(letter))
        if self.filters is None:
            return
        if frame is not None:
            self._heard(one, frame, "undecodable")
        elif error.address is not None:
            network = one.context.network
            self._send(
                Reception(address=error.address, ingested_at=one.ingested_at, kind="undecodable", network=network)
            )

    def _heard(self, one: Parsed, said: Frame | Heard, kind: str) -> None:
        self._send(
            Reception(
                address=said.address, ingested_at=one.ingested_at, kind=kind,
                network=one.context.network or said.network,
                gateways=said.radio.gateways if said.radio is not None else (),
                facts=said.facts if isinstance(said, Heard) else {},
            )
        )  # fmt: skip

    def _send(self, heard: Reception) -> None:
        self.out.send("receptions", heard.address.encode(), reception.encode(heard))
