"""Drift: has a sensor left, little by little or at one step, what its baseline or its neighbours let one expect?"""

from math import isnan

from vigie.streams.core.detect.charts import Charts, Usual, add, judge_day, learn, restart
from vigie.streams.core.detect.hour_of_week import HOUR_MS, slot
from vigie.streams.core.detect.rule import Ground, Judgement, Parameter, Rule, Sample, register
from vigie.streams.core.detect.usual import amount, around, unit_of, usual_at
from vigie.topics.property import PROPERTIES, Kind

_SLACK, _INTERVAL, _WEIGHT, _WIDTH = "cusum_k", "cusum_h", "ewma_lambda", "ewma_l"
_LEARN, _FLOOR, _KEEP = "learn_days", "floor", "keep"
_CLIP = 6.0
_SLOW = 0.01


def judge(memory: Charts, sample: Sample, ground: Ground, held: int) -> Judgement:
    """Level 1 while a chart of days is over its limit; down to `keep` of it once it is held."""
    found = _distance(sample, ground)
    if found is None:
        return _judged(memory, ground, held)
    distance, basis = found
    if basis != memory.basis:  # neighbours came or went: the days so far say nothing of what follows
        restart(memory, basis)
    if add(memory, slot(sample.at // HOUR_MS, ground.zone).day, distance):
        usual = _usual(memory, ground, basis)
        if usual is not None and usual.deviation > 0:
            said = ground.parameters
            judge_day(memory, usual, said[_SLACK], said[_INTERVAL], said[_WEIGHT], said[_WIDTH])
    return _judged(memory, ground, held)


def _distance(sample: Sample, ground: Ground) -> tuple[float, str] | None:
    """How far a value is from its neighbours, where it has some; else from its baseline."""
    middle = around(ground, sample.at)
    if middle is not None:
        return sample.value - middle, "n"
    if ground.neighbours or (usual := usual_at(ground, sample.at)) is None or usual.origin == "f":
        return None
    most = _CLIP * usual.deviation
    distance = sample.value - usual.middle
    return (min(max(distance, -most), most) if most > 0 else distance), "b"


def _usual(memory: Charts, ground: Ground, basis: str) -> Usual | None:
    if basis == "n":
        return learn(memory, ground.parameters[_LEARN], _SLOW)
    baseline = ground.baseline
    if baseline is None or isnan(baseline.day_deviation):
        return None
    return Usual(baseline.day_mean, max(baseline.day_deviation, ground.parameters[_FLOOR]), baseline.day_memory)


def _judged(memory: Charts, ground: Ground, held: int) -> Judgement:
    level = int(memory.strength >= (ground.parameters[_KEEP] if held else 1.0))
    if not level:
        return Judgement(0)
    limit = max(memory.up, memory.down) / ground.parameters[_INTERVAL]
    chart = "CUSUM" if limit >= memory.strength else "EWMA"
    usual = memory.middle if memory.basis == "n" else getattr(ground.baseline, "day_mean", 0.0)
    facts = {
        "deviation": f"{memory.mean - usual:.4g}", "unit": unit_of(ground), "law": chart,
        "sigma": f"{memory.up if memory.up >= memory.down else -memory.down:.2f}",
        "expected_from": "médiane des voisins" if memory.basis == "n" else "même heure de la semaine",
        "window": "moyenne du dernier jour entier",
    }  # fmt: skip
    return Judgement(level, sigma=memory.up if memory.up >= memory.down else -memory.down, facts=facts)


def says(_sample: Sample, ground: Ground, judged: Judgement, language: str) -> str:
    """The sentence."""
    apart = float(judged.facts.get("deviation", "nan"))
    way = amount(abs(apart), ground, language)
    of_neighbours = judged.facts.get("expected_from", "").endswith("voisins")
    if language == "fr":
        side, than = "au-dessus" if apart > 0 else "au-dessous", "ses voisins" if of_neighbours else "son habitude"
        return f"s'écarte jour après jour : {way} {side} de {than} hier en moyenne"
    than = "its neighbours" if of_neighbours else "what is usual"
    return f"strays day after day: {way} {'above' if apart > 0 else 'below'} {than} on average yesterday"


register(
    Rule(
        name="drift",
        version="1",
        label_fr="Dérive",
        label_en="Drift",
        judge=judge,
        says=says,
        memory=Charts,
        properties=tuple(
            one.name
            for one in PROPERTIES.values()
            if one.kind in (Kind.GAUGE, Kind.LEVEL, Kind.INTERVAL_COUNT)
            and one.name not in ("battery_voltage", "battery_level")
        ),
        parameters={
            _SLACK: Parameter(0.5, "σ", "Somme cumulée : écart d'un jour qui ne compte pas (k)", 0, 5),
            _INTERVAL: Parameter(5.0, "σ", "Somme cumulée : seuil (h)", 1, 100),
            _WEIGHT: Parameter(0.2, "-", "Moyenne mobile : poids du dernier jour (λ)", 0.01, 1),
            _WIDTH: Parameter(3.0, "σ", "Moyenne mobile : seuil (L), en écarts types de celle-ci", 1, 20),
            _LEARN: Parameter(14.0, "j", "Avec des voisins : jours d'apprentissage de l'écart habituel", 5, 90),
            _FLOOR: Parameter(0.0, "unité", "Écart type d'un jour pris au moins", 0, 1e9),
            _KEEP: Parameter(0.5, "-", "Part du seuil sous laquelle une alerte est levée", 0, 1),
        },
        delays={"on_delay": 1, "off_delay_s": 0},
        priorities=(4,),
        contribution_fr=(
            "Signale un capteur qui dérive lentement ou dont le niveau a changé d'un coup. Elle n'écarte ni ne "
            "modifie aucune donnée."
        ),
        sources_fr=(
            "Les valeurs bonnes de la série, jour légal par jour légal ; la médiane des voisins (trois au moins) là "
            "où il y en a, sinon la référence par heure de la semaine calculée la nuit."
        ),
        operations_fr=(
            "Moyenne du jour des écarts à ce qui est attendu (chacun borné à 6 écarts types), centrée et réduite par "
            "ce qu'elle est d'habitude, moins ce que le jour d'avant laisse prévoir (corrélation d'un jour à "
            "l'autre). Sur cette suite : somme cumulée à deux côtés (k = 0,5 ; h = 5) et moyenne mobile "
            "exponentielle (λ = 0,2 ; L = 3). Alerte au-delà de l'un des deux seuils, jugée une fois par jour."
        ),
        limits_fr=(
            "Sans voisins, un changement de saison ou d'usage ressemble à une dérive, et une grandeur dont les jours "
            "se ressemblent beaucoup (niveau d'eau) cache la sienne. La référence suit ce qui dure : une dérive plus "
            "lente que 0,02 écart type par jour n'est pas vue. Un jour à moins de la moitié de ses valeurs n'est pas "
            "jugé."
        ),
        check_fr=(
            "Comparer à une mesure faite sur place ou à un capteur voisin ; date du dernier étalonnage, salissure."
        ),
        check_en="Compare with a measurement on site or a near sensor; last calibration, dirt.",
        clears_fr="Des jours revenus à l'habitude.",
        clears_en="Days that are as usual again.",
        source="Montgomery, Introduction to Statistical Quality Control, 9.1, 9.2, 10.4",
    )
)
