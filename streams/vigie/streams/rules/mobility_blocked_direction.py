"""Mobility: is one direction of a counter blocked or hidden?"""

from math import isnan, nan

from vigie.streams.core.amounts import amount_text
from vigie.streams.core.detect.rule import Ground, Judgement, Parameter, Rule, Sample, register

_MARGIN = "margin"


def judge(_memory: None, sample: Sample, ground: Ground, held: int) -> Judgement:
    """Level 1 if the share of the first direction lies outside its usual band by `margin` points."""
    details = sample.details
    low, high = details.get("low_pct", nan), details.get("high_pct", nan)
    if isnan(low) or isnan(high):  # too few passages to judge by, as at night
        return Judgement(held)
    margin = 0.0 if held else ground.parameters[_MARGIN]
    beyond = sample.value < low - margin or sample.value > high + margin
    level = int(beyond and sample.category == "blocked")
    facts = {
        "unit": "%", "expected_from": "mêmes heures de la semaine (± 1 h) des 4 semaines précédentes",
        "expected_from_en": "same hours of the week (± 1 h) of the 4 weeks before",
        "deviation": f"{(sample.value - low) if sample.value < low else (sample.value - high):.3g}",
        "message": f"{details.get('passages_1', nan):.0f} et {details.get('passages_2', nan):.0f} passages",
        "message_en": f"{details.get('passages_1', nan):.0f} and {details.get('passages_2', nan):.0f} passages",
    } if level else {}  # fmt: skip
    return Judgement(level, low if sample.value < low else high, low, high, facts=facts)


def says(sample: Sample, _ground: Ground, judged: Judgement, language: str) -> str:
    """The sentence."""
    share, low, high = (amount_text(round(one), "%", language) for one in (sample.value, *judged[2:4]))
    counted = sample.details
    first, second = (f"{counted.get(f'passages_{way}', nan):.0f}" for way in (1, 2))
    if language == "fr":
        return (
            f"compte {first} passages dans un sens et {second} dans l'autre : {share} pour le premier sens, où l'on "
            f"attend de {low} à {high} ; un sens est masqué ou coupé"
        )
    return (
        f"counts {first} passages one way and {second} the other: {share} for the first, where {low} to {high} are "
        "usual; one direction is hidden or closed"
    )


register(
    Rule(
        name="mobility_blocked_direction",
        version="1",
        label_fr="Sens bloqué",
        label_en="Direction blocked",
        judge=judge,
        says=says,
        use_case="mobility",
        indicators=("mobility_direction_share",),
        codes=("1h",),
        on_by_default=True,
        parameters={_MARGIN: Parameter(5.0, "points", "Écart à la bande habituelle qu'il faut pour alerter", 0, 50)},
        delays={"on_delay": 2, "off_delay_s": 7200},
        priorities=(3,),
        contribution_fr=(
            "Signale un compteur dont un sens ne compte plus comme l'autre : capteur masqué, voie coupée. Elle "
            "n'écarte ni ne modifie aucune donnée."
        ),
        sources_fr=(
            "L'indicateur « part par sens » de l'heure : passages des deux sens et bande habituelle de quatre semaines."
        ),
        operations_fr=(
            "Alerte si la part du premier sens sort de sa bande de plus de `margin` points pour deux heures jugées "
            "de suite ; levée après deux heures dans la bande."
        ),
        limits_fr=(
            "Les heures de moins de 20 passages ne sont pas jugées, donc la nuit non plus. Une manifestation ou une "
            "déviation change vraiment la part."
        ),
        check_fr=(
            "Voir si un véhicule, un chantier ou de la végétation masque un côté ; voie coupée ; boucle débranchée."
        ),
        check_en="See whether a vehicle, works or plants hide one side; a closed lane; a loop that is cut.",
        clears_fr="Deux heures dans la bande habituelle.",
        clears_en="Two hours within the usual band.",
        source="Document de définition, fiche 2 (comptage par sens) ; indicateur mobility_direction_share",
    )
)
