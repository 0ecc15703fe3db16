"""Novelty: is a value unlike anything that the series ever held, at all, at this hour, or of late?"""

from math import nan

from vigie.streams.core.detect.novelty import Novel, Novelty
from vigie.streams.core.detect.rule import USUAL, Ground, Judgement, Parameter, Rule, Sample, register
from vigie.streams.core.detect.usual import amount
from vigie.topics.property import PROPERTIES, Kind

_ALARM, _SUPPORT = "alarm", "least_support"
_VALUE, _HOUR, _LATE = "value", "hour", "late"
_WHAT = {
    _VALUE: ("loin de tout ce qui y a été mesuré", "far from all that was measured there"),
    _HOUR: ("loin de tout ce qui y a été mesuré à cette heure", "far from all that was measured there at this hour"),
    _LATE: (
        "et la moyenne des douze dernières valeurs est loin de ce qu'elle fut jamais",
        "and the mean of the last dozen values is far from what it ever was",
    ),
}


def judge(memory: Novelty, sample: Sample, ground: Ground, _held: int) -> Judgement:
    """Level 1 where the score reaches `alarm`; the value is known from then on.

    Source: core/detect/novelty.py.
    """
    found = memory.judge(sample.at, sample.value)
    said = ground.parameters
    if found.score < said[_ALARM] or found.support < said[_SUPPORT]:
        return USUAL
    above = sample.value > found.nearest
    return Judgement(
        1,
        expected_low=nan if above else found.nearest,
        expected_high=found.nearest if above else nan,
        phi=max(found.value, found.hour, found.late),
        support=found.support,
        facts={"law": which(found), "deviation": f"{found.distance:.6g}"},
    )


def which(found: Novel) -> str:
    """The question whose answer is the rarest.

    >>> which(Novel(5.0, value=1.0, hour=3.5, late=1.0))
    'hour'
    """
    return max((_VALUE, _HOUR, _LATE), key=lambda name: float(getattr(found, name)))


def says(sample: Sample, ground: Ground, judged: Judgement, language: str) -> str:
    """The sentence."""
    value, french = amount(sample.value, ground, language), language == "fr"
    what = _WHAT[judged.facts.get("law", _VALUE)][0 if french else 1]
    odds = f"{round(10 ** min(judged.phi, 9)):,}".replace(",", "\u202f" if french else ",")
    if french:
        return f"mesure {value}, {what} : un tel écart n'arrive pas une fois sur {odds}"
    return f"measures {value}, {what}: not once in {odds} values is one so far"


register(
    Rule(
        name="novelty",
        version="1",
        label_fr="Valeur jamais vue",
        label_en="Never seen before",
        judge=judge,
        memory=Novelty,
        says=says,
        properties=tuple(
            one.name for one in PROPERTIES.values() if one.kind in (Kind.GAUGE, Kind.LEVEL, Kind.INTERVAL_COUNT)
        ),
        parameters={
            _ALARM: Parameter(7.0, "φ", "Note à partir de laquelle elle alerte", 2, 100),
            _SUPPORT: Parameter(1000.0, "valeurs", "Valeurs qu'il faut avoir vues pour juger", 50, 1e6),
        },
        delays={"on_delay": 1, "off_delay_s": 86_400},
        priorities=(4,),
        contribution_fr=(
            "Signale une valeur éloignée de tout ce que la série a connu : la valeur elle-même, la valeur à cette "
            "heure du jour, ou la moyenne des douze dernières. Elle n'écarte ni ne modifie aucune donnée ; un agent "
            "décide de la suite."
        ),
        sources_fr="Les valeurs bonnes de la même série, dans l'ordre où elles arrivent ; rien d'autre.",
        operations_fr=(
            "Distance à la valeur connue la plus proche, parmi 512 au plus (64 par heure du jour, à une heure près). "
            "De n distances passées, r furent aussi grandes : φ = log10((n + 1)/(r + 1)) ; au-delà de la plus grande, "
            "φ croît avec le rapport à celle-ci. Note = φ(valeur) + φ(heure) + φ(moyenne des douze)/2. Alerte si la "
            "note atteint `alarm` ; chaque valeur est jugée puis apprise."
        ),
        limits_fr=(
            "Ce qui s'est produit une fois n'est plus nouveau. Une dérive lente échappe à la règle, une première "
            "saison chaude l'alerte. Elle retient jusqu'à 25 ko par série, écrits à chaque valeur : à réserver à des "
            "points choisis. Sur le banc NAB (48 séries) : 68,3 ; 60,0 ; 73,4, voir docs/nab.md."
        ),
        check_fr="Comparer à un point voisin ; chercher un événement ou une intervention ; voir le capteur.",
        check_en="Compare with a near point; look for an event or an intervention; see the sensor.",
        clears_fr="Un jour sans valeur aussi nouvelle.",
        clears_en="A day without a value as new.",
        source="Laxhammar et Falkman (2010) ; Burnaev et Ishimtsev, arXiv 1608.04585",
    )
)
