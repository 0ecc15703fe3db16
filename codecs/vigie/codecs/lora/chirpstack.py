"""What ChirpStack 3 and 4 say in JSON and in protobuf alike: names of events, device status, gateway statistics.

Source: chirpstack `api/proto/integration/integration.proto` and `api/proto/gw/gw.proto` (GatewayStats), and their
forebears in chirpstack-api 3; ChirpStack documentation, chapters Integrations and Gateway Bridge.
"""

from collections.abc import Mapping

from vigie.codecs.frame import GatewayStats
from vigie.codecs.lora.fields import figure
from vigie.topics.reason import Reason, Undecodable, excerpt

NETWORK = "chirpstack"
UP, ACK, STATS = "up", "ack", "stats"
SENT_BY_DEVICES = frozenset({"join", "status", ACK})
SENT_BY_OTHERS = frozenset({"txack", "log", "error", "location", "integration"})
"""`error` is ChirpStack 3's name of `log`."""


def unknown_event(event: str) -> Undecodable:
    """ChirpStack has no such event: the header, or the topic that a connector took it from, is wrong."""
    known = ", ".join(sorted({UP, STATS, *SENT_BY_DEVICES, *SENT_BY_OTHERS}))
    return Undecodable(Reason.BAD_HEADER, f"The header event is {excerpt(event)}: ChirpStack has {known}")


def status_facts(margin: int, *, external: bool, unavailable: bool, battery_pct: float) -> dict[str, str]:
    """What a status event says: ChirpStack itself has made a percentage of the device's level.

    >>> status_facts(10, external=False, unavailable=False, battery_pct=75.5)
    {'margin_db': '10', 'battery_pct': '75.5'}
    """
    facts = {"margin_db": str(margin)}
    if external:
        facts["power"] = "external"
    elif not unavailable:
        facts["battery_pct"] = figure(battery_pct)
    return facts


def gateway_stats(
    gateway: str, observed_at: int | None, *, counts: Mapping[str, int], config_version: str,
    metadata: Mapping[str, str], place: tuple[float, float, float] | None, tx_status: Mapping[str, int],
) -> GatewayStats:  # fmt: skip
    """The statistics that ChirpStack's gateway bridge publishes for each gateway, every 30 s.

    Args:
        gateway: 16 hex digits.
        observed_at: epoch ms, the gateway's instant.
        counts: packets since the last time: rx_packets, rx_packets_ok, tx_packets, tx_packets_emitted.
        config_version: of the gateway's configuration.
        metadata: what the packet forwarder adds.
        place: latitude, longitude, altitude in m.
        tx_status: downlinks by outcome (OK, TOO_LATE, ...).
    """
    if not gateway:
        raise Undecodable(Reason.BAD_ENVELOPE, "Gateway statistics without a gateway id")
    facts = {name: str(count) for name, count in counts.items()}
    facts |= {f"tx_status_{status.lower()}": str(count) for status, count in tx_status.items()}
    if config_version:
        facts["config_version"] = config_version
    if place is not None and (place[0] or place[1]):
        facts |= {"lat": f"{place[0]:.9g}", "lon": f"{place[1]:.9g}", "altitude_m": figure(place[2])}
    facts |= {f"metadata_{name}": text for name, text in metadata.items()}
    return GatewayStats(gateway=gateway.lower(), network=NETWORK, observed_at=observed_at, facts=facts)
