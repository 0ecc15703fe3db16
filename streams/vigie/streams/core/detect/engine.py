"""The engine around the rules: which values are judged, when a condition begins and ends, and what is then said.

Pure: a memory, a plan and values in their order; signals out. The same values make the same signals with the same
cause ids, however often they are read.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from vigie.streams.core.detect import sentences
from vigie.streams.core.detect.calendar import holds, near_dusk_or_dawn
from vigie.streams.core.detect.hold import Hold, settle
from vigie.streams.core.detect.memory import Alarm, Late, Memory, awake
from vigie.streams.core.detect.plan import Plan
from vigie.streams.core.detect.rule import USUAL, Ground, Judgement, Sample
from vigie.streams.core.detect.sentences import Said
from vigie.streams.core.detect.watch import Watch
from vigie.topics import alarm_input
from vigie.topics.alarm_input import ConditionSignal

_GOOD = 2
_LATE_IS_OVER_MS = 3_600_000


class Engine:
    """Judges the values of one subject at a time.

    Attributes:
        signals: made so far.
        origin: device, placement and network of what is being judged; asked only when a signal is made.
    """

    def __init__(self) -> None:
        self.signals: list[ConditionSignal] = []
        self.origin: Mapping[str, str] = {}

    def taken(self) -> list[ConditionSignal]:
        """The signals made since the last time."""
        made, self.signals = self.signals, []
        return made

    # -- what watches

    def bind(self, memory: Memory, plan: Plan) -> None:
        """Make ready what a memory holds for the watches of a plan."""
        if memory.plan is not plan:
            memory.plan, memory.bound = plan, {}

    def watched(self, memory: Memory, key: int | str) -> list[tuple[Watch, Hold]]:
        """The watches of a series, each with what it holds."""
        found = memory.bound.get(key)
        if found is None:
            found = [(watch, memory.hold(watch.rule, watch.id, key)) for watch in memory.plan.watches(key)]
            memory.bound[key] = found
        return found

    # -- values

    def judge(
        self, memory: Memory, watched: Iterable[tuple[Watch, Hold]], sample: Sample, extra: Mapping[str, Any] = {}
    ) -> None:
        """Take one value of a series.

        Args:
            memory: of the subject, bound to its plan.
            watched: of `watched`.
            sample: the value.
            extra: fields of the ground that change from value to value (`baseline`, `neighbours`).
        """
        hasty = False
        at, flag = sample.at, sample.flag
        for watch, hold in watched:
            rule = watch.rule
            if at <= hold.last_at or (flag > _GOOD and rule.good_only) or not watch.from_at <= at < watch.to_at:
                continue
            ground = watch.ground
            if watch.mask_min and near_dusk_or_dawn(at, watch.mask_min, ground.latitude, ground.longitude):
                continue
            if extra:
                ground = ground._replace(**extra)
            if not sample.fresh:
                if watch.late:
                    self._late(memory, watch, ground, sample)
                continue
            if memory.late:
                self._late_is_over(memory, watch, sample)
            hold.last_at = at
            judged = rule.judge(hold.memory, sample, ground, hold.level)
            level = judged.level
            if not level and not hold.level:
                if hold.run:
                    hold.run = b""
                continue
            if level and watch.calendar and not holds(watch.calendar, at, ground.zone):
                judged, level = USUAL, 0
            if level and rule.hastens:
                hasty = True
            on_delay = 1 if hasty and not rule.hastens else watch.on_delay
            if settle(hold, level, at, sample.id, on_delay, watch.off_delay_ms):
                self.changed(memory, watch, hold, sample, judged)

    def changed(self, memory: Memory, watch: Watch, hold: Hold, sample: Sample, judged: Judgement) -> None:
        """What is held at a series has changed: tell it, if the alarm of the rule at this subject changes by it."""
        alarm = memory.alarms.get(watch.id)
        level = max(one.level for one in memory.holds[watch.id].values())
        if level == (alarm.level if alarm else 0):
            return
        plan: Plan = memory.plan
        if alarm is None:
            alarm = memory.alarms[watch.id] = Alarm(level, hold.cause_id, hold.since_at)
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
        origin = self.origin
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
            alarm = Alarm(hold.level, hold.cause_id, hold.since_at)
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

    def quiet(self, memory: Memory, at: int) -> None:
        """Close what came late and got no more values, by a tick."""
        for rule, of in list(memory.late.items()):
            for key, late in list(of.items()):
                if at - late.last_arrival_at >= _LATE_IS_OVER_MS:
                    self._tell_late(memory, rule, late, late.hold.last_at)
                    del of[key]
            if not of:
                del memory.late[rule]


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
