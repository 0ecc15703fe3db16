"""The part of silence: what is mailed when a gateway, a network or the platform fails, and when nothing does."""

from collections.abc import Callable, Sequence
from math import isnan, nan
from typing import NamedTuple

from numpy.random import SeedSequence, default_rng

from vigie.deploy.faults.part import Part, register
from vigie.deploy.faults.silence_played import Installation
from vigie.deploy.faults.silence_town import DAY_MS, HOUR_MS, MINUTE_MS, START_AT, Arrival, Device, Off, arrivals, fleet
from vigie.topics.alert_event import AlertEvent

TOLERATED = 1.0
"""False alarms of silence in 30 days: the setting's start value."""
FOUND_LEAST = 0.95
_CAUSES = ("gateway:", "network:")


class Wanted(NamedTuple):
    """What a scenario must give; None where nothing must be.

    Attributes:
        mails: of incidents, exactly.
        device_mails: of them, those about devices.
        value_mails: of them, those about values, over those that a town without fault gives: none.
        suppressed: alerts archived as explained, exactly.
        false_most: alerts of silence about sound devices, at most.
    """

    mails: int | None = None
    device_mails: int | None = None
    value_mails: int | None = None
    suppressed: int | None = None
    false_most: float | None = None


class Figure(NamedTuple):
    """What came of a scenario.

    Attributes:
        scenario: in a few words.
        devices, days: played.
        stopped: devices that were kept from being heard.
        found: of them, those that an alert was raised about, or whose cause was.
        delay_min: minutes from the fault to the first alert about it; nan for none.
        alone, suppressed: alerts raised without a cause that explains them, and with one.
        mails, device_mails, value_mails: letters of incidents; those that tell of devices, of values.
        false_alarms: alerts of silence, unexplained, about devices that were sound.
        open: alerts that are not over at the end.
        wanted: what must be.
    """

    scenario: str
    devices: int
    days: float
    stopped: int
    found: int
    delay_min: float
    alone: int
    suppressed: int
    mails: int
    device_mails: int
    value_mails: int
    false_alarms: int
    open: int
    wanted: Wanted

    def held(self) -> bool:
        """Whether all is as it must be, and all is over at the end."""
        want = self.wanted
        exact = (
            (want.mails, self.mails), (want.device_mails, self.device_mails), (want.value_mails, self.value_mails),
            (want.suppressed, self.suppressed),
        )  # fmt: skip
        few = want.false_most is None or self.false_alarms <= want.false_most
        found = self.found >= FOUND_LEAST * self.stopped
        return all(one is None or one == other for one, other in exact) and few and found and not self.open

    def cells(self) -> tuple[str, ...]:
        """What stands in the columns."""
        return (
            self.scenario, f"{self.devices} × {self.days:g} d", str(self.stopped or "–"),
            f"{self.found / self.stopped:.2f}" if self.stopped else "–",
            "–" if isnan(self.delay_min) else f"{self.delay_min:.0f} min",
            str(self.alone), str(self.suppressed), str(self.mails), str(self.device_mails), str(self.value_mails),
            str(self.false_alarms), "✓" if self.held() else "✗",
        )  # fmt: skip

    def as_json(self) -> dict[str, object]:
        """One object per figure."""
        known = self._asdict() | {"wanted": {k: v for k, v in self.wanted._asdict().items() if v is not None}}
        clean = {name: None if isinstance(one, float) and isnan(one) else one for name, one in known.items()}
        return {"part": "silence"} | clean | {"held": self.held()}


HEADINGS = (
    "scenario", "devices", "stopped", "recall", "told after", "alerts alone", "suppressed", "mails", "of devices",
    "of values", "false", "held",
)  # fmt: skip


class Scenario(NamedTuple):
    """What is played.

    Attributes:
        name: in a few words.
        devices: of the town.
        days: played.
        off: what brings nothing, and when.
        wanted: what must come of it.
        gateways: that tell of themselves each five minutes.
        tick_min: minutes from tick to tick.
        rules: id and attributes, of what users state.
        value_of: what messages hold, where values are judged.
    """

    name: str
    devices: Sequence[Device]
    days: float
    off: Sequence[Off]
    wanted: Wanted
    gateways: Sequence[str] = ()
    tick_min: int = 1
    rules: Sequence[tuple[str, dict[str, object]]] = ()
    value_of: Callable[[Arrival], float] | None = None


def containers(count: int, first: int = 0, gateways: tuple[str, ...] = (), period_s: int = 3600) -> list[Device]:
    """Containers for glass behind the same gateways."""
    return [Device(first + n, "waste", "distance", period_s, gateways, 0.05, 0.3) for n in range(count)]


def gateway_loss(loss: float = 0.0) -> Scenario:
    """A gateway is away for half a day; 60 containers have no other, 20 are heard by a second one as well."""
    off = Off("g1", START_AT + 5 * DAY_MS + 10 * HOUR_MS, START_AT + 5 * DAY_MS + 22 * HOUR_MS)
    places = ((60, 0, ("g1",)), (60, 100, ("g2",)), (20, 200, ("g1", "g2")))
    devices = [one._replace(loss=loss) for many, first, heard in places for one in containers(many, first, heard, 1200)]
    wanted = Wanted(2, 0, 0, 60)
    return Scenario("gateway with 60 containers down and back", devices, 7, [off], wanted, ("g1", "g2"))


def gateway_without_statistics() -> Scenario:
    """The same, where the gateways never tell of themselves."""
    return gateway_loss()._replace(name="the same, no statistics of gateways", gateways=())


def gateway_with_losses() -> Scenario:
    """The same, where a twentieth of the messages is lost, in bursts."""
    return gateway_loss(0.05)._replace(name="the same, 5 % of messages lost in bursts")


def network_down() -> Scenario:
    """A network with 150 devices behind six gateways is away for half a day; another goes on."""
    mine = [one._replace(gateways=(f"g{one.number % 6}",), network="metropole") for one in containers(150, 0, (), 1200)]
    other = [one._replace(gateways=("h1",), network="ville") for one in containers(50, 500, (), 1200)]
    off = Off("metropole", START_AT + 5 * DAY_MS + 10 * HOUR_MS, START_AT + 5 * DAY_MS + 22 * HOUR_MS)
    return Scenario("network with 150 devices down and back", [*mine, *other], 7, [off], Wanted(2, 0, 0))


def restart() -> Scenario:
    """The whole platform is away for three hours; what was sent meanwhile is lost."""
    off = Off("platform", START_AT + 5 * DAY_MS + 10 * HOUR_MS, START_AT + 5 * DAY_MS + 13 * HOUR_MS)
    devices = [*containers(150, 0, ("g1",), 900), *containers(50, 300, ("g2",), 3600)]
    return Scenario("the platform down for three hours", devices, 7, [off], Wanted(None, 0, 0, 0, 0), ("g1", "g2"))


def bursty_radio() -> Scenario:
    """Sound devices whose radio loses a fifth of its messages, in bursts, for a month."""
    devices = [one._replace(loss=0.2, burst=0.6) for one in containers(100, 0, ("g1", "g2"))]
    return Scenario(
        "radio that loses 20 % in bursts", devices, 30, (), Wanted(suppressed=0, false_most=2 * TOLERATED), tick_min=5
    )


def flush() -> Scenario:
    """A river's logger is away for three days, in which a flood comes and goes, and then sends all it has measured."""
    river = Device(0, "river", "water_level", 900)
    others = [Device(n, "river", "water_level", 900) for n in range(1, 20)]
    off = Off(river.address, START_AT + 10 * DAY_MS, START_AT + 13 * DAY_MS, kept=True)
    flood = (START_AT + 11 * DAY_MS, START_AT + 12 * DAY_MS)

    def level_m(arrival: Arrival) -> float:
        own = 0.001 * (arrival.measured_at // MINUTE_MS * 7919 % 100)
        away = arrival.device.number == 0 and flood[0] <= arrival.measured_at < flood[1]
        return 1.0 + own + 2.5 * away

    said: dict[str, object] = {
        "name": "crue", "definition": "…", "owner": "C1", "base": "threshold", "properties": ["water_level"],
        "parameters": {"level_1": 1.5, "level_2": 2.0, "level_3": 3.0},
    }  # fmt: skip
    return Scenario(
        "flush of three days with a flood in it", [river, *others], 15, [off], Wanted(2, 2, 0),
        rules=[("crue", said)], value_of=level_m,
    )  # fmt: skip


SCENARIOS = (
    gateway_loss, gateway_without_statistics, gateway_with_losses, network_down, restart, bursty_radio, flush,
)  # fmt: skip


def figures(make: Callable[[], Scenario], seed: int, _weeks: int) -> list[Figure]:
    """One scenario, minute by minute; how long it lasts is its own."""
    what = make()
    rng = default_rng(SeedSequence((seed, SCENARIOS.index(make), 11)))
    came = arrivals(what.devices, what.days, what.off, rng)
    town = Installation(fleet(what.devices, what.rules), tolerated=TOLERATED, value_of=what.value_of)
    place, was_away = 0, False
    for at in range(START_AT, START_AT + int(what.days * DAY_MS), what.tick_min * MINUTE_MS):
        now: list[Arrival] = []
        while place < len(came) and came[place].at <= at:
            now.append(came[place])
            place += 1
        away = {one.name for one in what.off if one.from_at <= at < one.to_at}
        if "platform" in away:
            was_away = True
            continue
        if was_away:
            town.restart()
            was_away = False
        tells = at // MINUTE_MS % 5 == 0
        town.minute(at, now, [name for name in what.gateways if tells and name not in away])
    return [_figure(what, town)]


def _figure(what: Scenario, town: Installation) -> Figure:
    stopped = {one.address for one in what.devices if _is_kept_away(one, what.off)}
    began_at = min((one.from_at for one in what.off), default=0)
    raised = [one for one in town.events if one.transition == "raised"]
    told = [one for one in raised if one.decided_at >= began_at and one.alarm_key.startswith(_CAUSES)]
    by_cause = {one.address for one in what.devices if any(_is_behind(one, alarm.alarm_key) for alarm in told)}
    found = ({_device(one) for one in raised} | by_cause) & stopped
    about = [*told, *(one for one in raised if _device(one) in stopped and one.decided_at >= began_at)]
    over = {one.alarm_key for one in town.events if not one.active}
    false = [
        one for one in raised
        if one.alarm_key.startswith("silence:") and not one.suppressed_by and _device(one) not in stopped
    ]  # fmt: skip
    letters = [one for one in town.letters if one.kind == "incident"]
    keys = [{event.alarm_key.partition(":")[0] for event in one.events} for one in letters]
    delays = [(one.decided_at - began_at) / MINUTE_MS for one in about]
    return Figure(
        what.name, len(what.devices), what.days, len(stopped), len(found), min(delays, default=nan),
        sum(not one.suppressed_by for one in raised), sum(bool(one.suppressed_by) for one in raised), len(letters),
        sum(bool(one & {"silence", "communication"}) for one in keys),
        sum(bool(one & {"value", "data"}) for one in keys),
        len(false), len({one.alarm_key for one in raised} - over), what.wanted,
    )  # fmt: skip


def _is_behind(device: Device, alarm_key: str) -> bool:
    name = alarm_key.split(":")[1]
    return name in device.gateways or name == device.network


def _is_kept_away(device: Device, off: Sequence[Off]) -> bool:
    names = {one.name for one in off if one.name != "platform"}
    return bool(names & {device.address, device.network}) or bool(device.gateways and set(device.gateways) <= names)


def _device(event: AlertEvent) -> str:
    kind, _, rest = event.alarm_key.partition(":")
    return rest.rpartition(":")[0] if kind == "silence" else ""


register(
    Part(
        name="silence",
        place=3,
        title="silence and root cause",
        promise=(
            "two mails for a gateway or a network, none about devices by a restart, none about values by a flush, at "
            "most twice the false alarms tolerated; recall ≥ 0.95; nothing left open"
        ),
        headings=HEADINGS,
        plan=lambda: SCENARIOS,
        play=figures,
    )
)
