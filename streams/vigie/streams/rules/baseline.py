"""Baseline: is a value far from what is usual at this hour of the week?"""

from math import isnan

from vigie.streams.core.detect.rule import USUAL, Ground, Judgement, Parameter, Rule, Sample, register
from vigie.streams.core.detect.usual import ORIGINS, against, amount, interval_text, usual_at
from vigie.topics.property import PROPERTIES, Kind

_NOISE = tuple(one.name for one in PROPERTIES.values() if one.kind is Kind.LEVEL)
_ALARM, _KEEP, _SUPPORT = "alarm", "suspect", "least_support"


def judge(_memory: None, sample: Sample, ground: Ground, held: int) -> Judgement:
    """Level 1 beyond `alarm` robust deviations, down to `suspect` of them once it is held.

    Source: quality.md 4.2; Iglewicz and Hoaglin (1993).
    """
    usual = usual_at(ground, sample.at)
    said = ground.parameters
    if usual is None or isnan(usual.deviation) or usual.support < said[_SUPPORT]:
        return USUAL
    judged = against(usual, sample, ground, said[_ALARM], said[_KEEP], held)
    if judged.level:
        french, english = ORIGINS[usual.origin]
        return judged._replace(facts={**judged.facts, "expected_from": french, "expected_from_en": english})
    return judged


def says(sample: Sample, ground: Ground, judged: Judgement, language: str) -> str:
    """The sentence."""
    value, usual = amount(sample.value, ground, language), interval_text(judged, ground, language)
    sigma = f"{abs(judged.sigma):.1f}"
    if language == "fr":
        return f"mesure {value}, où l'on attend {usual} à cette heure de la semaine ({sigma.replace('.', ',')} σ)"
    return f"measures {value} where {usual} is usual at this hour of the week ({sigma} σ)"


register(
    Rule(
        name="baseline",
        version="1",
        label_fr="Écart à l'habitude de l'heure",
        label_en="Unlike this hour of the week",
        judge=judge,
        wants_baseline=True,
        says=says,
        properties=tuple(one.name for one in PROPERTIES.values() if one.kind in (Kind.GAUGE, Kind.LEVEL)),
        on_by_default=True,
        by_default_at=(*_NOISE, "active_power", "apparent_power"),
        parameters={
            _ALARM: Parameter(5.0, "σ", "Écart à partir duquel elle alerte", 1, 100),
            _KEEP: Parameter(3.5, "σ", "Écart jusqu'auquel une alerte levée reste levée", 0.5, 100),
            _SUPPORT: Parameter(12.0, "valeurs", "Valeurs bonnes qu'il faut à cette heure pour juger", 3, 1e6),
        },
        delays={"on_delay": 2, "off_delay_s": 3600},
        priorities=(4,),
        contribution_fr=(
            "Signale une valeur très inhabituelle pour l'heure de la semaine où elle est mesurée. Elle n'écarte ni ne "
            "modifie aucune donnée ; un agent décide de la suite."
        ),
        sources_fr=(
            "Les valeurs bonnes ou non évaluées de la même série, des huit dernières semaines au plus, lues la nuit "
            "dans la base ; les jours fériés comptent comme des dimanches."
        ),
        operations_fr=(
            "Par heure de la semaine : médiane et MAD (médiane des écarts à la médiane), le MAD valant au moins "
            "celui de la même heure de tous les jours. z = 0,6745 · (valeur − médiane) / max(MAD, résolution du "
            "capteur). Alerte si |z| atteint `alarm` pour deux valeurs de suite ; levée quand |z| passe sous "
            "`suspect`. Une heure qui n'a pas trois jours derrière elle s'appuie sur la même heure de tous les "
            "jours, un point tout neuf sur les points de même usage et de même grandeur, avec leur dispersion."
        ),
        limits_fr=(
            "Ce qui change avec la saison ou le temps qu'il fait (température, niveau d'eau en crue) s'écarte de"
            " l'habitude sans être faux : la règle n'y est pas mise d'office. Un écart qui dure plus de quatre semaines"
            " devient l'habitude. Les comptages relèvent de « count_tail »."
        ),
        check_fr="Comparer aux jours semblables et à un point voisin ; chercher un événement local ; voir le capteur.",
        check_en="Compare with similar days and a near point; look for a local event; see the sensor.",
        clears_fr="Une heure sans valeur au-delà de l'écart gardé.",
        clears_en="An hour without a value beyond the deviation kept.",
        source="Iglewicz et Hoaglin, How to Detect and Handle Outliers (1993) ; SaQC flagMAD",
    )
)
