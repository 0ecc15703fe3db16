"""The engine around the rules: which values are judged, when a condition begins and ends, and what is then said.

Pure: a memory, a plan and values in their order; signals out. The same values make the same signals with the same
cause ids, however often they are read.
"""

from collections.abc import Iterable, Mapping
from math import nan

from msgspec.structs import replace

from vigie.streams.core.detect import sentences
from vigie.streams.core.detect.calendar import holds, near_dusk_or_dawn
from vigie.streams.core.detect.hold import Hold, settle
from vigie.streams.core.detect.memory import Alarm, Late, Memory, awake
from vigie.streams.core.detect.observed import Details
from vigie.streams.core.detect.plan import Plan
from vigie.streams.core.detect.rule import USUAL, Ground, Judgement, Sample
from vigie.streams.core.detect.sentences import Said
from vigie.streams.core.detect.watch import Watch
from vigie.topics import alarm_input
from vigie.topics.alarm_input import ConditionSignal
from vigie.topics.baseline import Baseline

Watching = tuple[Watch, Hold, Ground]
"""What watches a series, what it holds there, and what it judges by."""
Neighbours = Mapping[str, tuple[int, float]]
_GOOD = 2
_LATE_IS_OVER_MS = 3_600_000


class Engine:
    """Judges the values of one subject at a time.

    Attributes:
        signals: made so far.
        observation: bytes of the one that is being judged; read whole only when a signal is made of it.
    """

    def __init__(self) -> None:
        self.signals: list[ConditionSignal] = []
        self.observation = b""

    def taken(self) -> list[ConditionSignal]:
        """The signals made since the last time."""
        made, self.signals = self.signals, []
        return made

    # -- what watches

    def bind(self, memory: Memory, plan: Plan) -> None:
        """Make ready what a memory holds for the watches of a plan."""
        if memory.plan is not plan:
            memory.plan, memory.bound = plan, {}

    def watched(self, memory: Memory, key: int | str, baseline: Baseline | None = None) -> list[Watching]:
        """The watches of a series, each with what it holds and what it judges by.

        Args:
            memory: of the subject, bound to its plan.
            key: of the series.
            baseline: of the series.
        """
        found = memory.bound.get(key)
        if found is None:
            found = memory.bound[key] = [
                (
                    watch,
                    memory.hold(watch.rule, watch.id, key),
                    watch.ground._replace(baseline=baseline) if watch.rule.wants_baseline else watch.ground,
                )
                for watch in memory.plan.watches(key)
            ]
        return found

    # -- values

    def judge(
        self, memory: Memory, watched: Iterable[Watching], sample: Sample, neighbours: Neighbours | None = None
    ) -> None:
        """Take one value of a series.

        Args:
            memory: of the subject, bound to its plan.
            watched: of `watched`.
            sample: the value.
            neighbours: latest good values of the others; None where none are asked for.
        """
        hasty = False
        at, flag, fresh = sample.at, sample.flag, sample.fresh
        if neighbours is not None:
            watched = [(watch, hold, ground._replace(neighbours=neighbours)) for watch, hold, ground in watched]
        for watch, hold, ground in watched:
            if flag > _GOOD and watch.good_only:
                continue
            if watch.checked:
                if not _is_judged(watch, hold, ground, at):
                    continue
            elif at <= hold.last_at:
                continue
            if not fresh and not watch.rule.takes_repairs:
                if watch.late:
                    self._late(memory, watch, ground, sample)
                continue
            if memory.late:
                self._late_is_over(memory, watch, sample)
            hold.last_at = at
            held = hold.level
            judged = watch.judge(hold.memory, sample, ground, held)
            level = judged.level
            if not level and not held:
                if hold.run:
                    hold.run = b""
                continue
            if level:
                if watch.calendar and not holds(watch.calendar, at, ground.zone):
                    judged, level = USUAL, 0
                elif watch.rule.hastens:
                    hasty = True
            on_delay = 1 if hasty else watch.on_delay
            if settle(hold, level, at, sample.id, on_delay, watch.off_delay_ms):
                self.changed(memory, watch, hold, sample, judged)

    def due(self, memory: Memory, at: int) -> tuple[bool, bool]:
        """Judge by a tick (epoch ms UTC) what rules remember; whether that changed, and whether some still waits."""
        waits, changed = False, bool(memory.late)
        for watched in memory.bound.values():
            for watch, hold, ground in watched:
                rule = watch.rule
                if rule.due is None or rule.waits is None or not rule.waits(hold.memory):
                    continue
                judged = rule.due(hold.memory, at, ground, hold.level)
                if judged is not None:
                    changed = True
                    sample = Sample(at, at, nan, 1, 0, f"{watch.key} {at}", True)
                    if settle(hold, judged.level, at, sample.id, 1, 0):
                        self.changed(memory, watch, hold, sample, judged)
                waits = waits or rule.waits(hold.memory)
        self._quiet(memory, at)
        return changed, waits or bool(memory.late)

    def unwatched(self, memory: Memory, plan: Plan | None, subject: str, at: int) -> None:
        """Close the alarms of rules that no longer watch a subject, by a tick after the fleet has changed; and of those
        that were put on trial or in service since: what goes on is raised anew, and now told (or no longer).

        Args:
            memory: of the subject.
            plan: of the subject now; None for a point that is none any more.
            subject: for what is said.
            at: epoch ms UTC of the tick.
        """
        for rule, alarm in list(memory.alarms.items()):
            keys = [key_of(key) for key, hold in memory.holds.get(rule, {}).items() if hold.level]
            found = [] if plan is None else [one for key in keys for one in plan.watches(key) if one.id == rule]
            if any(one.trial == alarm.trial for one in found):
                continue
            del memory.alarms[rule], memory.holds[rule]
            memory.bound, memory.plan = {}, None
            place = sentences.place_of(plan) if plan is not None else subject.partition(":")[2]
            point = plan.point if plan is not None else None
            said = sentences.no_longer_watched(place, rule, on_trial=found[0].trial if found else None)
            self.signals.append(ConditionSignal(
                kind=alarm.kind, subject=subject, rule=rule, active=False, cause_id=alarm.cause_id, level=0, priority=4,
                event_at=at, arrival_at=at, decided_at=at, sentence_fr=said.fr, sentence_en=said.en,
                use_case=point.use_case if point else "", commune=point.commune if point else "",
                point=subject.partition(":")[2] if subject.startswith("point:") else "", facts={"rule": rule},
            ))  # fmt: skip

    def changed(self, memory: Memory, watch: Watch, hold: Hold, sample: Sample, judged: Judgement) -> None:
        """What is held at a series has changed: tell it, if the alarm of the rule at this subject changes by it."""
        alarm = memory.alarms.get(watch.id)
        level = max(one.level for one in memory.holds[watch.id].values())
        if level == (alarm.level if alarm else 0):
            return
        plan: Plan = memory.plan
        if watch.rule.takes_repairs:  # what ends it is when the repair came, not the day that it is of
            sample = sample._replace(at=sample.arrival_at)
        if alarm is None:
            alarm = Alarm(level, hold.cause_id, hold.since_at, watch.rule.kind, watch.trial)
            memory.alarms[watch.id] = alarm
        alarm.level = level
        if level:
            said = sentences.began(plan, watch, sample, judged)
        else:
            said = sentences.over(plan, watch, sample, alarm.since_at)
            del memory.alarms[watch.id]
        facts = sentences.facts_of(plan, watch, sample, judged._replace(level=level))
        self.signals.append(self._signal(plan, watch, alarm, sample, said, facts, late=False))

    def _signal(
        self, plan: Plan, watch: Watch, alarm: Alarm, sample: Sample, said: Said, facts: dict[str, str], *, late: bool
    ) -> ConditionSignal:
        point, level = plan.point, alarm.level
        origin: Mapping[str, str] = Details(self.observation) if self.observation else {}
        device = origin.get("device", "")
        if device:
            facts = facts | {"device": device}
        return ConditionSignal(
            kind=watch.rule.kind, subject=plan.subject, rule=watch.id, active=level > 0, cause_id=alarm.cause_id,
            level=level, priority=watch.priority(max(level, 1)), event_at=sample.at, arrival_at=sample.arrival_at,
            decided_at=sample.arrival_at, sentence_fr=said.fr, sentence_en=said.en, late=late, trial=watch.trial,
            latched=watch.rule.latched or (watch.stated is not None and watch.stated.latched),
            definition=f"{watch.rule.name} {watch.rule.version}",
            use_case=point.use_case if point else watch.rule.use_case, commune=point.commune if point else "",
            network=origin.get("network", ""), point=point.id if point else "", device=device,
            placement=origin.get("placement", ""), facts=facts,
        )  # fmt: skip

    # -- what came late

    def _late(self, memory: Memory, watch: Watch, ground: Ground, sample: Sample) -> None:
        """A value that is archived only: an excess is told when it is over, and to nobody by mail."""
        of = memory.late.setdefault(watch.id, {})
        late = of.get(str(watch.key))
        if late is None or sample.at <= late.hold.last_at:
            if late is not None:
                self._tell_late(memory, watch.id, late, late.hold.last_at)
            late = of[str(watch.key)] = Late(Hold())
        awake(late.hold, watch.rule)
        hold, late.last_arrival_at = late.hold, sample.arrival_at
        hold.last_at = sample.at
        judged = watch.rule.judge(hold.memory, sample, ground, hold.level)
        if judged.level and watch.calendar and not holds(watch.calendar, sample.at, ground.zone):
            judged = USUAL
        before = hold.level
        if not settle(hold, judged.level, sample.at, sample.id, watch.on_delay, watch.off_delay_ms):
            return
        if hold.level > before:
            alarm = Alarm(hold.level, hold.cause_id, hold.since_at, watch.rule.kind)
            said = sentences.began(memory.plan, watch, sample, judged)
            facts = sentences.facts_of(memory.plan, watch, sample, judged)
            late.raised = alarm_input.encode(self._signal(memory.plan, watch, alarm, sample, said, facts, late=True))
        elif not hold.level:
            self._tell_late(memory, watch.id, late, sample.at)
            late.raised = b""

    def _late_is_over(self, memory: Memory, watch: Watch, sample: Sample) -> None:
        """A value came in time: what came late before it is closed."""
        of = memory.late.get(watch.id)
        late = of.pop(str(watch.key), None) if of else None
        if late is not None:
            self._tell_late(memory, watch.id, late, sample.at)
        if of is not None and not of:
            del memory.late[watch.id]

    def _tell_late(self, memory: Memory, rule: str, late: Late, at: int) -> None:
        """Raised and cleared at once; nothing while the rule holds an alarm that came in time."""
        if not late.raised or rule in memory.alarms:
            return
        raised = alarm_input.decode(late.raised)
        assert isinstance(raised, ConditionSignal)
        self.signals += [raised, _ended(raised, at, late.last_arrival_at)]

    def _quiet(self, memory: Memory, at: int) -> None:
        """Close what came late and got no more values."""
        for rule, of in list(memory.late.items()):
            for key, late in list(of.items()):
                if at - late.last_arrival_at >= _LATE_IS_OVER_MS:
                    self._tell_late(memory, rule, late, late.hold.last_at)
                    del of[key]
            if not of:
                del memory.late[rule]


def _is_judged(watch: Watch, hold: Hold, ground: Ground, at: int) -> bool:
    """Whether a value of an instant comes after those before, while the rule is in force and the sun neither rises nor
    sets.
    """
    if at <= hold.last_at and not watch.rule.takes_repairs:
        return False
    if not watch.from_at <= at < watch.to_at:
        return False
    mask_min = watch.mask_min
    return not mask_min or not near_dusk_or_dawn(at, mask_min, ground.latitude, ground.longitude)


def _ended(raised: ConditionSignal, at: int, arrival_at: int) -> ConditionSignal:
    """The end of an excess that came late."""
    place = raised.facts.get("point_code") or raised.subject
    said = Said(
        f"{place} : dépassement terminé, connu après coup.", f"{place}: the excess is over, known afterwards only."
    )
    return replace(
        raised, active=False, level=0, event_at=at, arrival_at=arrival_at, decided_at=arrival_at, latched=False,
        sentence_fr=said.fr, sentence_en=said.en,
    )  # fmt: skip


def key_of(text: str) -> int | str:
    """The key of a series as it was before it was saved."""
    return int(text) if text.removeprefix("-").isdecimal() else text
