"""The role that `peers` measures: our windows over what `decode` made, without placing and without tests of quality."""

import os

from vigie.streams.core.windows.owned import specs
from vigie.streams.core.windows.owned.layout import layout_of
from vigie.streams.core.windows.owned.reader import Observed
from vigie.streams.settings import Settings
from vigie.streams.steps.aggregate import AggregateStep
from vigie.streams.steps.uplink_reader import UPLINKS, UplinkReader
from vigie.streams.transport.fleet_follower import FleetFollower
from vigie.streams.transport.role import run_role

specs._DEFAULT = frozenset({"15m"})


class Bare(AggregateStep):
    """Takes uplinks as if each device were a point."""

    inputs = UPLINKS
    settled = ()

    def __init__(self, fleet, zone, memory_hours):
        super().__init__(fleet, zone, memory_hours)
        self._reader = UplinkReader()

    def process(self, batch, out):
        partition = batch.partition
        owner = self._owner(partition)
        owner.unsure = self._unsure.of(batch)
        pairs = zip(batch, self._reader.read(batch), strict=True)
        owner.take((record.offset, observed(uplink)) for record, uplink in pairs)
        self._repair(partition, owner, out)


def observed(uplink):
    readings = uplink["readings"]
    return Observed(
        uplink["device"], (), int(uplink["id"][:8], 16), 0, False, uplink["observed_at"], uplink["ingested_at"],
        layout_of(tuple([one["property"] << 16 | one["channel"] for one in readings])), b"\1" * len(readings),
        tuple([one["value"] for one in readings]), "live",
    )  # fmt: skip


settings = Settings.from_env(os.environ)
fleet = FleetFollower(settings.kafka, settings.topic("fleet.v1"))
run_role(
    settings, "observe", [Bare(fleet, settings.timezone, settings.memory_hours)], heartbeat=True, after="decode",
    fleet=fleet,
)  # fmt: skip
