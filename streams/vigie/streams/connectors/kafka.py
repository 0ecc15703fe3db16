"""A network server that writes to `raw.*` itself (ChirpStack's Kafka integration, ThingPark X): declared, never run.

Its records have no headers of ours, so `decode` takes format, network and hints from what stands here.
"""

from typing import Annotated

from msgspec import Meta

from vigie.streams.connector import Connector, Source, register_connector


class KafkaSource(Source, frozen=True, tag="kafka"):
    """A topic that somebody else writes.

    Attributes:
        topic: its bare name (without the prefix of the installation); empty: `raw.<net>`.
    """

    topic: Annotated[str, Meta(pattern=r"^(raw\.(lora|nbiot|cellular|other))?$")] = ""

    def problem(self) -> tuple[str, str] | None:
        """A topic's connectivity is its name's."""
        if self.topic and self.topic != f"raw.{self.net}":
            return "topic", f'expected topic = "raw.{self.net}", as net says'
        return None

    def alone(self) -> tuple[str, str] | None:
        """Without headers of ours, a topic's records can be of one kind only."""
        return "topic", f"raw.{self.net}"


register_connector(
    Connector(
        kind="kafka",
        source=KafkaSource,
        title="A network server that writes to Kafka itself",
        confirms="Kafka's own confirmation, to the network server",
    )
)
