"""What a record's headers say of its body: format, network, source, replay number, first arrival.

A network server that writes to Kafka itself gives no such headers: then the settings of its topic say it.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from vigie.codecs.frame import Hints
from vigie.codecs.instants import YEAR_10000_AT
from vigie.codecs.layout import Layout
from vigie.topics.reason import Reason, Undecodable, excerpt, printable

REPLAY = "vigie-replay"
FIRST_ARRIVAL = "vigie-ingested-at"
KEPT_HEADERS = (
    "connector", "format", "network", "event", "source", "model", "layout", "file", "part", "address",
    REPLAY, FIRST_ARRIVAL,
)  # fmt: skip
"""Headers without which a replay could not read the body as it was read."""

_MOST_REVISION = 2**53 - 1
_MOST_CACHED = 10_000

Headers = Iterable[tuple[str, bytes | None]]


class Context(Struct, frozen=True):
    """What is the same for all records of a source.

    Attributes:
        form: format name of the envelope.
        network: name of the network; empty where nobody said it.
        hints: for the envelope.
    """

    form: str = "chirpstack-v4"
    network: str = ""
    hints: Hints = Hints()


class RecordHeaders:
    """Reads the headers of records.

    Args:
        layouts: declared layouts by name.
        declared: bare topic -> what its settings say, for records of a network server that writes to Kafka itself.
    """

    def __init__(
        self, layouts: Mapping[str, Layout] | None = None, declared: Mapping[str, Context] | None = None
    ) -> None:
        self._layouts = layouts or {}
        self._declared = declared or {}
        self._cache: dict[tuple[str, tuple[tuple[str, bytes | None], ...]], Context] = {}

    def context(self, topic: str, headers: Headers) -> Context:
        """The context of a record.

        Args:
            topic: bare name, `raw.<net>` or `replay.<net>`; a replay is read as its original.
            headers: without those of replay and first arrival, which differ from record to record.

        Raises:
            Undecodable: BAD_HEADER for a layout that nobody declared.

        >>> RecordHeaders().context("raw.lora", [("format", b"tts-v3"), ("network", b"ville")]).form
        'tts-v3'
        """
        key = topic, tuple([pair for pair in headers if pair[0] != FIRST_ARRIVAL and pair[0] != REPLAY])
        known = self._cache.get(key)
        if known is None:
            known = self._read(topic.replace("replay.", "raw.", 1), dict(key[1]))
            if len(self._cache) >= _MOST_CACHED:
                self._cache.clear()
            self._cache[key] = known
        return known

    def _read(self, topic: str, headers: Mapping[str, bytes | None]) -> Context:
        found = {name: printable((text or b"").decode("utf-8", "replace")) for name, text in headers.items()}
        own = self._declared.get(topic, Context())
        layout = own.hints.layout
        if name := found.get("layout"):
            layout = self._layouts.get(name)
            if layout is None:
                known = ", ".join(sorted(self._layouts)) or "none"
                raise Undecodable(Reason.BAD_HEADER, f"The layout {excerpt(name)} is not declared; known are: {known}")
        return Context(
            form=found.get("format") or own.form,
            network=found.get("network") or own.network,
            hints=Hints(
                event=found.get("event") or None,
                source=found.get("source") or own.hints.source,
                model=found.get("model") or own.hints.model,
                layout=layout,
                file=found.get("file", ""),
                address=found.get("address", ""),
            ),
        )


def replay_number(headers: Headers) -> int:
    """The revision that a replay makes; raises Undecodable, BAD_HEADER."""
    return _number(dict(headers), REPLAY, 1, _MOST_REVISION)  # 0 is the live one


def first_arrival(headers: Headers) -> int:
    """The first arrival (epoch ms) that a header states; raises Undecodable, BAD_HEADER."""
    return _number(dict(headers), FIRST_ARRIVAL, 0, YEAR_10000_AT - 1)


def _number(headers: Mapping[str, bytes | None], name: str, least: int, most: int) -> int:
    text = (headers.get(name) or b"").decode("utf-8", "replace")
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and least <= int(text) <= most):
        raise Undecodable(
            Reason.BAD_HEADER, f"The header {name} is {excerpt(text)}: expected a whole number from {least} to {most}"
        )
    return int(text)
