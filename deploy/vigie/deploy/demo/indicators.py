"""The page of indicators at the end of the demo, and what its late flush repaired: before, after, revision.

Values come from the database, what stood before from `aggregates.v1`, which holds every revision.
"""

import asyncio
import time
from collections.abc import Iterable
from typing import Any, NamedTuple

import psycopg

from vigie.deploy.demo.city import City
from vigie.deploy.demo.schedule import DAY_START_AT, MIDNIGHT_AT
from vigie.deploy.replays import records
from vigie.serving.indicator_cells import code_text, share_text, use_case_text
from vigie.serving.wording import amount_text, local, property_label
from vigie.streams.core.aggregate_words import category_text
from vigie.streams.core.windows.indicator import indicators
from vigie.streams.settings import Settings
from vigie.topics.aggregate import Aggregate
from vigie.topics.avro import Framer
from vigie.topics.property import BY_NAME

SHOWN: dict[str, tuple[tuple[str, str], ...]] = {
    "waste": (("waste_fill", "1d"), ("waste_overflow_hours", "1d"), ("waste_time_to_full", "1d")),
    "noise": (("noise_harmonica", "1h"), ("noise_harmonica_day", "1d"), ("noise_lden", "1d")),
    "river": (("river_rise_1h", "1h"), ("river_threshold", "1h"), ("river_range_water_temperature", "1d")),
    "mobility": (("mobility_count", "1d"), ("mobility_direction_share", "1d")),
    "lighting": (("lighting_day_burn", "1d"), ("lighting_kwh_night", "1d")),
    "heat": (("heat_max_14_17", "1d"), ("heat_gap_5h", "1d"), ("amplitude-du-jour", "1d")),
}
"""Use case -> indicator and window; of several the largest value is shown."""
ZONES = ("zone:chaleur-projet", "zone:chaleur-reference", "commune:13055", "use_case:heat")
"""Whose mean temperature of the day is shown."""
MOST_REPAIRED = 6
REST_S, LIMIT_S = 3.0, 40.0
"""Nothing new for so long is the end; and what is not there after so long is not waited for."""

_OF_INDICATOR = """
SELECT subject, indicator, window_code, window_start, value, unit, completeness, category FROM aggregate
WHERE split_part(indicator, '#', 1) = %s AND window_code = %s AND definition <> ''
AND window_start >= to_timestamp(%s) AND window_end <= to_timestamp(%s)
ORDER BY value DESC NULLS LAST, subject LIMIT 1
"""
_OF_ZONES = """
SELECT subject, indicator, window_code, window_start, value, unit, completeness, category FROM aggregate
WHERE subject = ANY (%s) AND indicator = 'air_temperature' AND window_code = '1d' AND window_start = to_timestamp(%s)
ORDER BY array_position(%s, subject)
"""
_REST = """
SELECT (SELECT count(*) FROM aggregate), (SELECT coalesce(sum(revision), 0) FROM aggregate WHERE revision > 0),
EXISTS (SELECT FROM aggregate WHERE subject = %s AND definition <> '' AND revision > 0)
"""


class Shown(NamedTuple):
    """A line of the page of indicators, ready to print: all of the day that was played."""

    use_case: str
    what: str
    where: str
    window: str
    value: str


class Repaired(NamedTuple):
    """A window that late readings changed, ready to print; before and after with their completeness."""

    where: str
    what: str
    window: str
    before: str
    after: str
    revision: str


async def at_rest(settings: Settings, day: City) -> None:
    """Return once `recompute` has made the indicators and repaired them."""
    began, since, before = time.monotonic(), time.monotonic(), None
    async with await psycopg.AsyncConnection.connect(settings.database, autocommit=True) as connection:
        while time.monotonic() - began < LIMIT_S:
            row = await (await connection.execute(_REST, (f"point:{day.silent.name}",))).fetchone()
            if row != before:
                before, since = row, time.monotonic()
            elif row is not None and row[2] and time.monotonic() - since > REST_S:
                return
            await asyncio.sleep(0.5)


def page(settings: Settings) -> list[Shown]:
    """The indicators of the day by use case, and the temperature across sensors."""
    found = []
    with psycopg.connect(settings.database, autocommit=True) as connection:
        for use_case, wanted in SHOWN.items():
            for name, code in wanted:
                asked = (name, code, DAY_START_AT / 1000, MIDNIGHT_AT / 1000)
                row = connection.execute(_OF_INDICATOR, asked).fetchone()
                if row is not None:
                    found.append(_shown(use_case_text(use_case, settings.language), row, settings))
        across = "entre capteurs" if settings.language == "fr" else "across sensors"
        zones = connection.execute(_OF_ZONES, (list(ZONES), DAY_START_AT / 1000, list(ZONES)))
        found += [_shown(across, row, settings) for row in zones.fetchall()]
    return found


def _shown(use_case: str, row: tuple[Any, ...], settings: Settings) -> Shown:
    subject, indicator, code, start, value, unit, completeness, category = row
    language = settings.language
    made = indicators().get(indicator.partition("#")[0])
    if value is not None and made is not None and made.decimals is not None:
        value = round(value, made.decimals)
    text = amount_text(value, unit, language)
    if category:
        text += f" ({category_text(category, language)})"
    elif value is None and completeness is not None:
        text += f" ({share_text(completeness, language)})"
    window = _window(code, round(start.timestamp() * 1000), settings)
    return Shown(use_case, _label(indicator, language), _where(subject, language), window, text)


def _where(subject: str, language: str) -> str:
    kind, _, name = subject.partition(":")
    if kind == "use_case":
        return use_case_text(name, language)
    return name if kind == "point" else f"{kind} {name}"


def _window(code: str, start_at: int, settings: Settings) -> str:
    """Of the day that was played its hours alone are told, of another one its date."""
    moment, french = local(start_at, settings.timezone), settings.language == "fr"
    date = "" if DAY_START_AT <= start_at < MIDNIGHT_AT else moment.strftime("%d/%m " if french else "%m-%d ")
    return date + (code_text(code, settings.language) if code == "1d" else moment.strftime("%H:%M"))


def _label(indicator: str, language: str) -> str:
    name, _, channel = indicator.partition("#")
    made = indicators().get(name)
    if made is not None:
        text = made.label_fr if language == "fr" else made.label_en
    else:
        text = property_label(BY_NAME[name].id, language) if name in BY_NAME else name
    return f"{text} ({channel})" if channel else text


async def repaired(settings: Settings, day: City) -> tuple[list[Repaired], int]:
    """What the late flush of the silent device changed, the most telling first; and how many windows came to be or
    changed by it and by the logger's.
    """
    name, far = f"point:{day.silent.name}", f"point:{day.logger.name}"
    own = await _revisions(settings, {name, far, *ZONES})
    changed = {
        key: told for key, told in own.items()
        if len(told) > 1 and told[0].value != told[-1].value and told[-1].reason == "late"
    }  # fmt: skip
    late = sum(told[0].reason == "late" or len(told) > 1 for key, told in own.items() if key[0] in (name, far))
    wanted = sorted(changed.items(), key=lambda one: _telling(one[0], one[1]))
    shown = sorted(_varied(wanted)[:MOST_REPAIRED], key=lambda one: one[0][0].partition(":")[2])
    return [_repaired(told, settings) for _, told in shown], late


Key = tuple[str, str, str, int]


async def _revisions(settings: Settings, subjects: set[str]) -> dict[Key, list[Aggregate]]:
    framer, keys, found = Framer("aggregates.v1"), {one.encode() for one in subjects}, dict[Key, list[Aggregate]]()
    async for record in records(settings, settings.kafka, ["aggregates.v1"]):
        if record.key in keys:
            one = framer.decode(record.value, Aggregate)
            found.setdefault((one.subject, one.indicator, one.window_code, one.window_start), []).append(one)
    return found


def _telling(key: Key, told: list[Aggregate]) -> tuple[bool, bool, int]:
    """Named indicators and zones before properties, what was null before what was a number, days before hours."""
    return not told[0].definition, told[0].value is not None, -(told[0].window_end - key[3])


def _varied(changed: Iterable[tuple[Key, list[Aggregate]]]) -> list[tuple[Key, list[Aggregate]]]:
    """One line per subject, window's length, and whether it is an indicator or a property."""
    found: dict[tuple[str, str, bool], tuple[Key, list[Aggregate]]] = {}
    for key, told in changed:
        found.setdefault((key[0], key[2], bool(told[0].definition)), (key, told))
    return list(found.values())


def _repaired(told: list[Aggregate], settings: Settings) -> Repaired:
    first, last, language = told[0], told[-1], settings.language

    def text(one: Aggregate) -> str:
        return f"{amount_text(one.value, one.unit, language)} ({share_text(one.completeness, language)})"

    return Repaired(
        _where(last.subject, language), _label(last.indicator, language),
        _window(last.window_code, last.window_start, settings), text(first), text(last), str(last.revision),
    )  # fmt: skip
