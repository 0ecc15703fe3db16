"""Threshold: is a value beyond a limit that the users set?"""

from functools import lru_cache
from math import isnan, nan

from msgspec import Struct, field

from vigie.streams.core.amounts import amount_text
from vigie.streams.core.detect.calendar import is_night
from vigie.streams.core.detect.recent import Recent
from vigie.streams.core.detect.rule import USUAL, Ground, Judgement, Parameter, Rule, Sample, register
from vigie.streams.core.detect.usual import unit_of
from vigie.topics.property import PROPERTIES, Kind

LEVELS = 5
_DAY, _NIGHT = ([f"{when}level_{number}" for number in range(1, LEVELS + 1)] for when in ("", "night_"))
_HOUR_MS = 3_600_000


class Memory(Struct, array_like=True):
    """The last hour, and the extreme since a level is held."""

    recent: Recent = field(default_factory=Recent)
    extreme: float = nan


def limits(ground: Ground, at: int) -> tuple[tuple[int, float], ...]:
    """Levels in force at an instant (epoch ms UTC) with their limits, the worst first; by night those of the night,
    where there are some.
    """
    said = ground.parameters
    by_night = _limits(tuple([said.get(name, nan) for name in _NIGHT]))
    if by_night and is_night(at, ground.zone, int(said["night_from_h"]), int(said["night_to_h"])):
        return by_night
    return _limits(tuple([said.get(name, nan) for name in _DAY]))


@lru_cache(4096)
def _limits(said: tuple[float, ...]) -> tuple[tuple[int, float], ...]:
    return tuple((number, limit) for number, limit in reversed(list(enumerate(said, 1))) if not isnan(limit))


def judge(memory: Memory, sample: Sample, ground: Ground, held: int) -> Judgement:
    """The worst level whose limit the value reaches; a level that is held is kept down to its limit less the deadband,
    and where `fall` is set until the value has fallen by that much.
    """
    said, value = ground.parameters, sample.value
    sign = said["direction"]
    change, elapsed_ms = memory.recent.change(sample.at, sample.value, _HOUR_MS)
    if held:
        memory.extreme = value if isnan(memory.extreme) else max(memory.extreme * sign, value * sign) * sign
    else:
        memory.extreme = nan
    for level, limit in limits(ground, sample.at):
        kept = limit
        if level <= held:
            back = said["deadband"] * (abs(limit) if said["deadband_is_share"] else 1.0)
            kept = limit - sign * back
            if said["fall"] and (memory.extreme - value) * sign < said["fall"]:
                kept = value
        if (value - kept) * sign >= 0:
            hour = 0.7 <= elapsed_ms / _HOUR_MS <= 1.5  # steps of 15 min are not quite that
            facts = {"rise_1h": f"{change * _HOUR_MS / elapsed_ms:.6g}"} if hour else {}
            low, high = (nan, limit) if sign > 0 else (limit, nan)
            return Judgement(level, limit, low, high, facts=facts)
    return USUAL


def says(sample: Sample, ground: Ground, judged: Judgement, language: str) -> str:
    """The sentence."""
    unit = unit_of(ground)
    value, limit = (amount_text(one, unit, language) for one in (sample.value, judged.threshold))
    above = ground.parameters["direction"] > 0
    known = PROPERTIES.get(ground.property)
    rise = judged.facts.get("rise_1h")
    if language == "fr":
        what = f"mesure {value}" + (f" ({known.label_fr})" if known else "")
        side = "au-dessus" if above else "en dessous"
        trend = f", {_trend(float(rise), unit, 'fr')}" if rise else ""
        return f"{what}, {side} du seuil {judged.level} ({limit}){trend}"
    what = f"measures {value}" + (f" ({known.name.replace('_', ' ')})" if known else "")
    trend = f", {_trend(float(rise), unit, 'en')}" if rise else ""
    return f"{what}, {'above' if above else 'below'} threshold {judged.level} ({limit}){trend}"


def _trend(rise: float, unit: str, language: str) -> str:
    """By how much it rose in an hour; of metres in centimetres."""
    number, shown = (rise * 100, "cm") if unit == "m" else (rise, unit)
    amount = amount_text(abs(round(number, 1)), shown, language)
    if language == "fr":
        return f"en {'hausse' if rise >= 0 else 'baisse'} de {amount} en 1\u00a0h"
    return f"{'up' if rise >= 0 else 'down'} by {amount} in 1 h"


register(
    Rule(
        name="threshold",
        version="1",
        label_fr="Seuil",
        label_en="Threshold",
        judge=judge,
        says=says,
        memory=Memory,
        properties=tuple(one.name for one in PROPERTIES.values() if one.kind is not Kind.COUNTER),
        judges_late=True,
        parameters={
            **{
                f"level_{number}": Parameter(nan, "", f"Seuil du niveau {number}, en unité de la grandeur", -1e9, 1e9)
                for number in range(1, LEVELS + 1)
            },
            **{
                f"night_level_{number}": Parameter(nan, "", f"Le même, la nuit (niveau {number})", -1e9, 1e9)
                for number in range(1, LEVELS + 1)
            },
            "direction": Parameter(1, "", "1 : alerte au-dessus du seuil ; -1 : en dessous", -1, 1),
            "night_from_h": Parameter(22, "h", "Heure légale à laquelle la nuit commence", 12, 24),
            "night_to_h": Parameter(6, "h", "Heure légale à laquelle elle finit", 0, 12),
            "fall": Parameter(nan, "", "Baisse qui clôt (une collecte) ; 0 : la zone morte suffit", 0, 1e9),
        },
        priorities=(3, 2, 1),
        contribution_fr=(
            "Signale qu'une valeur a atteint un seuil que le responsable a fixé, et à quel niveau. Elle ne modifie"
            " aucune donnée et ne commande rien : une personne décide de la suite."
        ),
        sources_fr=(
            "Les valeurs bonnes ou non évaluées de la série, à leur première réception ; les seuils des fichiers de la "
            "flotte (objets « rule »), avec leur responsable."
        ),
        operations_fr=(
            "Niveau = le plus haut seuil atteint. Un niveau tenu ne baisse que lorsque la valeur est repassée sous son "
            "seuil, moins la zone morte (`deadband`), pendant `off_delay_s`. Il faut `on_delay` valeurs de suite pour "
            "monter, une seule si la règle de vitesse (« rate ») du même point se déclenche aussi. La hausse en une"
            " heure est calculée sur les vraies dates des mesures. La nuit, les seuils `night_level_…` les remplacent."
        ),
        limits_fr=(
            "Un seuil fixe ne connaît ni l'heure ni la saison. Les comptages ne sont pas jugés la nuit (22 h à 6 h),"
            " sauf calendrier contraire. Une valeur arrivée en retard est archivée et n'est envoyée à personne."
        ),
        check_fr="Comparer à la seconde source (station amont, Hub'Eau, image) ; voir la courbe des 48 dernières h.",
        check_en="Compare with the second source (upstream station, Hub'Eau, image); see the last 48 hours.",
        clears_fr="La valeur repassée sous le seuil, moins la zone morte, pendant la durée de retombée.",
        clears_en="The value back below the threshold, less the deadband, for the off-delay.",
        source="ISA-18.2 / IEC 62682 (zone morte, retards) ; EEMUA 191 (valeurs de départ)",
    )
)  # fmt: skip
