"""Counts: are three hours of passages unlikely, or is it too long since anything passed?"""

from math import isnan

from msgspec import Struct, field

from vigie.streams.core.amounts import number_text
from vigie.streams.core.detect.count_law import band, phi_of_count, phi_of_none
from vigie.streams.core.detect.hour_of_week import HOUR_MS, slot
from vigie.streams.core.detect.rule import USUAL, Ground, Judgement, Parameter, Rule, Sample, register
from vigie.streams.core.detect.usual import ORIGINS

_PHI, _HOURS, _LEAST, _SUPPORT = "phi", "hours", "least_dispersion", "least_support"


class Memory(Struct, array_like=True):
    """The last hours of counts, and what has been usual since the last passage.

    Attributes:
        hours: numbers (`at // HOUR_MS`) of the last hours, rising.
        counts, usual: passages, and how many are usual, in each.
        waited: how many are usual since the last passage.
        last_at: epoch ms UTC of the last value.
    """

    hours: list[int] = field(default_factory=list)
    counts: list[float] = field(default_factory=list)
    usual: list[float] = field(default_factory=list)
    waited: float = 0.0
    last_at: int = 0


def judge(memory: Memory, sample: Sample, ground: Ground, held: int) -> Judgement:
    """Level 1 if φ of the last hours, or of the wait since the last passage, reaches `phi`."""
    baseline, said = ground.baseline, ground.parameters
    if baseline is None or sample.at <= memory.last_at:
        return Judgement(held)
    hour = sample.at // HOUR_MS
    place = slot(hour, ground.zone).hour
    mean, origin = baseline.mean[place], baseline.origin[place] if baseline.origin else "w"
    if isnan(mean) or origin == "f" or baseline.support[place] < said[_SUPPORT]:
        memory.waited, memory.last_at = 0.0, sample.at
        return USUAL
    _take(memory, hour, sample, mean, int(said[_HOURS]))
    dispersion = max(0.0 if isnan(baseline.dispersion) else baseline.dispersion, said[_LEAST])
    count, usual = sum(memory.counts), sum(memory.usual)
    phi, phi_none = phi_of_count(count, usual, dispersion), phi_of_none(memory.waited, dispersion)
    of_none = memory.waited > 0 and phi_none >= phi
    if of_none:
        phi, count, usual = phi_none, 0.0, memory.waited
    low, high = band(usual, dispersion)
    level = int(phi >= (said[_PHI] / 2 if held else said[_PHI]))
    facts = {
        "window": "depuis le dernier passage" if of_none else f"{len(memory.hours)} h",
        "window_en": "since the last passage" if of_none else f"{len(memory.hours)} h",
        "law": "binomiale négative" if dispersion > 0 else "Poisson",
        "law_en": "negative binomial" if dispersion > 0 else "Poisson",
        "baseline": f"{usual:.4g}", "deviation": f"{count - usual:.4g}", "phi_threshold": f"{said[_PHI]:g}",
        "phi": f"{phi:.1f}", "message": f"{count:.0f} passages, {usual:.0f} attendus",
        "message_en": f"{count:.0f} passages, {usual:.0f} expected",
        "expected_from": ORIGINS[origin][0], "expected_from_en": ORIGINS[origin][1],
        "support": str(baseline.support[place]),
    } if level else {}  # fmt: skip
    # threshold: the bound of the band on the side on which the count lies
    return Judgement(level, low if count < usual else high, low, high, phi=phi, support=baseline.support[place],
                     facts=facts)  # fmt: skip


def _take(memory: Memory, hour: int, sample: Sample, mean: float, hours: int) -> None:
    if not memory.hours or memory.hours[-1] != hour:
        memory.hours.append(hour)
        memory.counts.append(0.0)
        memory.usual.append(0.0)
        while memory.hours[0] <= hour - hours:
            for column in (memory.hours, memory.counts, memory.usual):
                del column[0]
    memory.counts[-1] += sample.value
    memory.usual[-1] += mean
    memory.waited = memory.waited + mean if sample.value == 0 else 0.0
    memory.last_at = sample.at


def says(_sample: Sample, _ground: Ground, judged: Judgement, language: str) -> str:
    """The sentence."""
    low, high = number_text(round(judged.expected_low), language), number_text(round(judged.expected_high), language)
    count, window = judged.facts.get("message", "").partition(" ")[0], judged.facts.get("window", "")
    phi = f"{judged.phi:.0f}"
    if window.startswith("depuis"):
        since = number_text(float(judged.facts["baseline"]), language)
        if language == "fr":
            return (
                f"ne compte plus aucun passage, où l'on en attendait {since} depuis le dernier (1 chance sur 10^{phi})"
            )
        return f"counts no passage any more where {since} were usual since the last one (1 chance in 10^{phi})"
    if language == "fr":
        return f"compte {count} passages en {window}, où l'on en attend de {low} à {high} (1 chance sur 10^{phi})"
    return f"counts {count} passages in {window}, where {low} to {high} are usual (1 chance in 10^{phi})"


register(
    Rule(
        name="count_tail",
        version="1",
        label_fr="Comptage improbable",
        label_en="Unlikely count",
        judge=judge,
        wants_baseline=True,
        says=says,
        memory=Memory,
        properties=("passages",),
        parameters={
            _PHI: Parameter(8.0, "φ", "Improbabilité qui alerte : 1 chance sur 10^φ", 2, 300),
            _HOURS: Parameter(3.0, "h", "Heures comptées ensemble", 1, 24),
            _LEAST: Parameter(0.02, "-", "Dispersion au-delà du hasard prise au moins (carré d'un coefficient)", 0, 10),
            _SUPPORT: Parameter(12.0, "valeurs", "Valeurs bonnes qu'il faut à cette heure pour juger", 3, 1e6),
        },
        delays={"on_delay": 1, "off_delay_s": 3600},
        priorities=(3,),
        on_by_default=True,
        contribution_fr=(
            "Signale un compteur qui compte beaucoup trop, beaucoup trop peu, ou plus du tout. Elle n'écarte ni ne "
            "modifie aucune donnée."
        ),
        sources_fr=(
            "Les comptages bons de la série : les trois dernières heures, et la moyenne par heure de la semaine des "
            "huit dernières semaines, avec leur dispersion, calculées la nuit. Les jours fériés comptent comme des "
            "dimanches."
        ),
        operations_fr=(
            "Λ : somme des moyennes de l'heure de la semaine, pour chaque comptage reçu des trois dernières heures. "
            "φ = −log10 de la probabilité d'un comptage au moins aussi éloigné de Λ, du même côté, selon la loi "
            "binomiale négative de variance Λ + c²Λ² ; c² : dispersion des comptages de trois heures au-delà du "
            "hasard, au moins `least_dispersion`. Sans aucun passage, P = (1 + c²Λ)^(−1/c²), qui est exp(−Λ) sans "
            "dispersion, sur tout le temps écoulé depuis le dernier. Alerte si φ atteint `phi` ; levée sous la "
            "moitié."
        ),
        limits_fr=(
            "Une fête, une course, des travaux ou la pluie changent vraiment les passages : l'alerte est alors juste "
            "et sans panne. La nuit, un compteur muet met longtemps à se voir, d'autant plus que la voie est calme. "
            "Trois jours semblables sont nécessaires."
        ),
        check_fr=(
            "Voir si la voie est coupée, masquée ou en fête ; comparer à l'autre sens et à un point voisin ; voir le "
            "capteur."
        ),
        check_en=(
            "See whether the way is closed, hidden or busy with an event; compare the other direction and a near point."
        ),
        clears_fr="Une heure de comptages redevenus probables.",
        clears_en="An hour of counts that are likely again.",
        source="Cameron et Trivedi, Regression Analysis of Count Data (NB2)",
    )
)
