"""The page docs/rules.md: how values are judged, and what each rule of the platform does; from the registry."""

from collections.abc import Iterator
from itertools import groupby
from math import isnan

from vigie.streams.core.detect.rule import Rule, rules
from vigie.streams.core.detect.start_values import OWN, STARTS, Start
from vigie.streams.core.windows.indicator import Parameter, indicators
from vigie.topics.property import BY_NAME

_HEAD = """# Rules for abnormal values

Rendered by `vigie rules doc` from `streams/vigie/streams/rules/`, one file each, and from the start values of
`core/detect/start_values.py`: change it there. Texts of the rules are in French, as their readers see them
(`vigie rules explain RULE`, with the parameters in force and the precision measured by operators' verdicts).

## Stating a rule

A rule of the fleet (an object `rule`, [fleet.md](fleet.md)) names one of the platform's as its `base`, what it
watches, where, and its parameters. `vigie fleet check` tells what cannot be (an unknown base, parameter or property,
levels that do not rise, a calendar that cannot be read) with file and line, and warns of a level that no good value
reaches (another unit, most often). `vigie rules try RULE --since 30d --file rule.yaml` shows before anything is applied
what it would have raised, and how many mails that is; with `--until`, up to a day that is past. With `state: trial` it
then judges live, and its alerts are archived and mailed to nobody. Put in service while such an alert is open, that one
is closed, and what lasts is raised anew and mailed. What was measured of the platform's rules (recall, false alarms per
sensor-month) stands in [detection.md](detection.md).

```yaml
crue-huveaune:
  name: Crue de l'Huveaune
  definition: Niveaux de vigilance de la station du pont.
  owner: astreinte-pluviale
  base: threshold
  properties: [water_level]
  points: [RIV-13005-01]
  parameters: {level_1: 1.2, level_2: 1.8, level_3: 2.4}
  priority: 3            # of level 1; level 2 is 2, level 3 is 1
  second_source: RIV-13400-01
```

Under the name of one of the platform's rules, without `base`, it gives that one its owner and other parameters, or
switches it off (`state: off`), for the points that it names. A platform rule that watches unasked is marked below.

## Which values are judged

First revisions that are not withdrawn, whose flag is 1 or 2 (unless a rule asks for all), and that are **fresh**:
they arrived within twice the upload period of their series, and at the last tick were not older than that. What a
later test, neighbours, a replay or a corrected placement change afterwards never alarms. Values that come late (the
flush of a logger) reach only the rules that users state as `threshold` and `rate`: an excess among them is archived
once it is over, raised and cleared at once with `late`, and stands in the digest. While an intervention is open at a
point, nothing is judged there. Windows (`aggregates.v1`) are judged at their first publication, if that is within
three upload periods, three hours or the length of the window after its end.

Neighbours: rules that compare with them (`fleet_residual`, `fleet_drift`, `heat_in_sun`) judge the values that points
of a buddy group exchange (`buddies`, air temperature), beside the latest good value of each other point of the last
hour.

## Levels, deadband, delays

A rule says how bad each value is. The engine holds a level once `on_delay` values in a row were at it or worse, and
lets go of it once every value of `off_delay_s` was better; the worst of these is then held. A level that is held stays
until the value is back by the `deadband`. While a rule of rates fires, the other rules of that series need one value.
One alarm per rule and point, whatever the number of series; going up is mailed, going down is not. The clearing of an
alarm whose rule was switched off, or whose point is gone, comes with the next tick.

**Calendar**: `lun-ven 07:00-22:00 ; sam,dim,fériés 10:00-19:00`, `nuit` (22:00 to 06:00), `jour`, `soirée`, in legal
time; French and English names of days. A public holiday is no weekday: it is `fériés` and a Sunday. Hours over midnight
belong to the day on which they begin. Fixed thresholds of counts watch by day only, unless a calendar is stated.

Start values, which a rule of the fleet may set otherwise (`deadband`, `on_delay`, `off_delay_s`, `mask_min`, `fall`):

"""
_TAIL = """
Any other quantity: two values, an hour, no deadband. Deadbands of power are shares of the threshold. `fall`: a full
container stays full until its filling has fallen by that much (a collection), not until it settles.

## Cost and memory

`vigie bench detect` measures it: with the rules that watch unasked, and with two more of a user. State
(`state.observe.detect`) is one record per point, some tens of bytes per rule and series, and one for each point's
baselines (5 kB per series on the topic, 2.3 kB in memory) where recompute made some.

## What is not judged

- A day of which no reading at all came has no window: that is a silence, which is told by its own clock.
- A value whose fault only a later test or its neighbours reveal raises nothing of `quality_fault`.
- Rates and thresholds on windows of zones watch only zones that a rule names in `zones`.

"""
_USE_CASES = {"": "For all", "heat": "Heat", "lighting": "Lighting", "mobility": "Counts", "noise": "Noise",
              "river": "Rivers", "waste": "Waste"}  # fmt: skip


def page() -> str:
    """The whole page."""
    order = list(_USE_CASES)
    found = sorted(rules().values(), key=lambda one: (order.index(one.use_case), one.name))
    lines = [_HEAD + "\n".join(_starts()) + "\n" + _TAIL.rstrip() + "\n"]
    for use_case, group in groupby(found, key=lambda one: one.use_case):
        lines.append(f"## {_USE_CASES[use_case]}\n")
        for one in group:
            lines.extend(section(one))
    return "\n".join(lines).rstrip() + "\n"


def _starts() -> Iterator[str]:
    yield "| quantity | deadband | values in a row | off-delay | mask around dusk and dawn | fall |"
    yield "|---|---|---|---|---|---|"
    for name, start in STARTS.items():
        unit = BY_NAME[name].unit if name in BY_NAME else indicators()[name].unit if name in indicators() else ""
        band = f"{start.deadband:g} {unit}".strip() if start.deadband else "–"
        if name in ("active_power", "apparent_power"):
            band = f"{100 * start.deadband:g} %"
        mask, fall = f"{start.mask_min} min" if start.mask_min else "–", f"{start.fall:g} {unit}" if start.fall else "–"
        yield f"| `{name}` | {band} | {start.on_delay} | {_off(start)} | {mask} | {fall} |"


def _off(start: Start) -> str:
    if start.off_periods:
        return f"{start.off_periods} periods"
    if start.fall:
        return "until collection"
    return _span(start.off_delay_s)


def section(one: Rule) -> Iterator[str]:
    """The section of one rule, line by line.

    >>> list(section(rules()["threshold"]))[0]
    '### threshold · Seuil (Threshold)'
    """
    yield f"### {one.name} · {one.label_fr} ({one.label_en})"
    yield ""
    yield one.contribution_fr
    yield ""
    yield f"- **Version** {one.version}, kind `{one.kind}`, {_watches(one)}"
    yield f"- **Data and sources**: {one.sources_fr}"
    yield f"- **Operations**: {one.operations_fr}"
    for name, parameter in one.parameters.items():
        yield f"- **Parameter `{name}`** {_default(parameter)}: {parameter.meaning_fr}"
    if one.delays:
        yield f"- **Delays**: {', '.join(_delay(name, value) for name, value in one.delays.items())}"
    yield f"- **Priorities by level**: {', '.join(map(str, one.priorities))}" + (", latched" if one.latched else "")
    yield f"- **Worth a look**: {one.check_fr}"
    yield f"- **Closes**: {one.clears_fr}"
    yield f"- **Limits**: {one.limits_fr}"
    yield f"- **Source**: {one.source}"
    yield ""


def _watches(one: Rule) -> str:
    unasked = "watches unasked" if one.on_by_default else "watches where it is stated"
    if one.by_default_at:
        unasked = f"watches {', '.join(f'`{name}`' for name in one.by_default_at)} unasked"
    if one.indicators:
        named = "every property" if "*" in one.indicators else ", ".join(f"`{name}`" for name in one.indicators)
        codes = f" ({', '.join(f'`{code}`' for code in one.codes)})" if one.codes else ""
        return f"{unasked}; windows of {named}{codes}"
    names = one.properties
    listed = ", ".join(f"`{name}`" for name in names) if 0 < len(names) <= 8 else f"{len(names)} properties"
    if not names:
        listed = "every gauge, level and count"
    beside = ", beside its neighbours" if one.wants_neighbours else ""
    return f"{unasked}; {listed}{beside}" + (" (values of every flag)" if not one.good_only else "")


def _delay(name: str, value: float) -> str:
    if name == "off_delay_s":
        return f"`off_delay_s` {_span(int(value))}"
    return f"`{name}` = {value:g} {OWN[name].unit if name in OWN else ''}".strip()


def _default(parameter: Parameter) -> str:
    """Its value at first with its unit, or that it has none."""
    if isnan(parameter.default):
        return "(not set at first)"
    return f"= {parameter.default:g} {parameter.unit}".rstrip()


def _span(seconds: int) -> str:
    """A span in a whole unit.

    >>> _span(0), _span(900), _span(7200), _span(172_800)
    ('none', '15 min', '2 h', '2 d')
    """
    if not seconds:
        return "none"
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
