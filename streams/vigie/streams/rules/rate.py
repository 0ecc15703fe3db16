"""Rate: does a value rise or fall faster than the users allow?"""

from math import nan

from msgspec import Struct, field

from vigie.streams.core.amounts import amount_text
from vigie.streams.core.detect.recent import Recent
from vigie.streams.core.detect.rule import USUAL, Ground, Judgement, Parameter, Rule, Sample, register
from vigie.streams.core.detect.usual import unit_of
from vigie.streams.core.local_time import duration_text
from vigie.topics.property import PROPERTIES, Kind

LEVELS = 3
_HOUR_MS = 3_600_000
_NAMES = [f"level_{number}" for number in range(LEVELS, 0, -1)]


class Memory(Struct, array_like=True):
    """The last values."""

    recent: Recent = field(default_factory=Recent)


def judge(memory: Memory, sample: Sample, ground: Ground, held: int) -> Judgement:
    """The worst level whose rate is reached, over the true time between the values; a held one down to its rate less
    `give` of it.
    """
    said = ground.parameters
    span_ms = int(said["window_min"] * 60_000)
    change, elapsed_ms = memory.recent.change(sample.at, sample.value, span_ms)
    if elapsed_ms < min(span_ms / 2, 1000 * (ground.step_s or 0) * 0.9) or not elapsed_ms:
        return USUAL
    rate = change * _HOUR_MS / elapsed_ms
    seen = abs(rate) if said["direction"] == 0 else rate * said["direction"]
    for place, name in enumerate(_NAMES):
        limit, level = said.get(name, nan), LEVELS - place
        if seen >= (limit * (1 - said["give"]) if level <= held else limit):  # nan: never
            facts = {
                "threshold": f"{limit:.6g}", "margin": f"{seen - limit:.6g}", "rate_per_h": f"{rate:.6g}",
                "deviation": f"{change:.6g}", "window": f"{elapsed_ms // 60_000} min",
            }  # fmt: skip
            return Judgement(level, facts=facts)
    return USUAL


def says(sample: Sample, ground: Ground, judged: Judgement, language: str) -> str:
    """The sentence."""
    if "rate_per_h" not in judged.facts:
        return ""
    unit, known = unit_of(ground), PROPERTIES.get(ground.property)
    rate, change, limit = (float(judged.facts[name]) for name in ("rate_per_h", "deviation", "threshold"))
    scale, shown = (100.0, "cm") if unit == "m" else (1.0, unit)
    amounts = [amount_text(abs(round(one * scale, 2)), shown, language) for one in (change, rate, limit)]
    elapsed = duration_text(int(judged.facts["window"].split()[0]) * 60_000, language)
    value = amount_text(sample.value, unit, language)
    if language == "fr":
        what = f" ({known.label_fr})" if known else ""
        return (
            f"{'monte' if rate > 0 else 'baisse'} de {amounts[0]} en {elapsed}{what}, soit {amounts[1]} par heure, "
            f"plus vite que le seuil {judged.level} ({amounts[2]} par heure) ; valeur {value}"
        )
    what = f" ({known.name.replace('_', ' ')})" if known else ""
    return (
        f"{'rises' if rate > 0 else 'falls'} by {amounts[0]} in {elapsed}{what}, {amounts[1]} per hour, "
        f"faster than threshold {judged.level} ({amounts[2]} per hour); value {value}"
    )


register(
    Rule(
        name="rate",
        version="1",
        label_fr="Vitesse de variation",
        label_en="Rate of change",
        judge=judge,
        says=says,
        memory=Memory,
        properties=tuple(one.name for one in PROPERTIES.values() if one.kind in (Kind.GAUGE, Kind.LEVEL)),
        judges_late=True,
        hastens=True,
        parameters={
            **{
                f"level_{number}": Parameter(nan, "", f"Vitesse du niveau {number}, en unité de la grandeur par heure",
                                             0, 1e9)
                for number in range(1, LEVELS + 1)
            },
            "direction": Parameter(1, "", "1 : hausse ; -1 : baisse ; 0 : les deux", -1, 1),
            "window_min": Parameter(60, "min", "Durée sur laquelle la vitesse est mesurée", 1, 1440),
            "give": Parameter(0.2, "", "Part du seuil sous laquelle un niveau tenu est lâché", 0, 1),
        },
        delays={"on_delay": 1, "off_delay_s": 3600},
        priorities=(3, 2, 1),
        contribution_fr=(
            "Signale qu'une valeur change plus vite que ne l'admet le responsable (crue rapide). Elle ne modifie aucune"
            " donnée ; tant qu'elle est déclenchée, les seuils de la même série alertent dès la première valeur."
        ),
        sources_fr="Les valeurs bonnes ou non évaluées de la série pendant `window_min`, à leur première réception.",
        operations_fr=(
            "Vitesse = (valeur − la plus ancienne de la fenêtre) / temps réellement écoulé entre les deux, par heure."
            " Il faut au moins la moitié de la fenêtre, ou un pas de mesure. Un niveau tenu est lâché quand la vitesse"
            " passe sous le seuil, moins `give` de celui-ci, pendant `off_delay_s`."
        ),
        limits_fr=(
            "Une pointe plus courte que la fenêtre est adoucie. Une valeur fausse d'un seul coup ressemble à une crue :"
            " les contrôles de qualité l'écartent avant (vitesse de variation impossible)."
        ),
        check_fr="Voir la pluie et la station amont ; comparer à la seconde source.",
        check_en="See the rain and the upstream station; compare with the second source.",
        clears_fr="Une heure sous la vitesse du seuil, moins un cinquième.",
        clears_en="An hour below the rate of the threshold, less a fifth.",
        source="QARTOD rate of change ; vigilance crues : montée en cm/h",
    )
)  # fmt: skip
