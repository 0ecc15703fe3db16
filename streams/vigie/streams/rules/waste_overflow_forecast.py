"""Waste: will a container be full before it can be collected?"""

from vigie.streams.core.amounts import number_text
from vigie.streams.core.detect.rule import Ground, Judgement, Parameter, Rule, Sample, register

_HORIZON = "horizon"


def judge(_memory: None, sample: Sample, ground: Ground, held: int) -> Judgement:
    """Level 1 if it will be full within `horizon` hours, 2 if it is full already."""
    horizon = ground.parameters[_HORIZON]
    soon = int(sample.value <= horizon * (1.25 if held else 1.0))
    level = 2 if sample.category == "full" else soon
    facts: dict[str, str] = {}
    if level:
        details = sample.details
        facts = {"unit": "h", "expected_from": "vitesse depuis la collecte et cycles passés",
                 "expected_from_en": "speed since the collection, and past cycles",
                 "support": f"{details.get('past_forecasts', 0):.0f}"}  # fmt: skip
        if "p10" in details and "p90" in details:
            span = f"{details['p10']:.0f}", f"{details['p90']:.0f}"
            facts["message"] = "8 fois sur 10 dans {} à {} h".format(*span)
            facts["message_en"] = "8 times of 10 in {} to {} h".format(*span)
        if "past_error_h" in details:
            facts["deviation"] = f"± {details['past_error_h']:.0f}"
    return Judgement(level, threshold=horizon, expected_low=horizon, facts=facts)


def says(sample: Sample, _ground: Ground, judged: Judgement, language: str) -> str:
    """The sentence."""
    hours = number_text(round(sample.value), language)
    if language == "fr":
        return "est plein" if judged.level == 2 else f"sera plein dans {hours} h environ"
    return "is full" if judged.level == 2 else f"will be full in about {hours} h"


register(
    Rule(
        name="waste_overflow_forecast",
        version="1",
        label_fr="Débordement prévu",
        label_en="Overflow forecast",
        judge=judge,
        says=says,
        use_case="waste",
        indicators=("waste_time_to_full",),
        codes=("1d",),
        parameters={_HORIZON: Parameter(24.0, "h", "Délai avant remplissage à partir duquel elle alerte", 1, 336)},
        delays={"on_delay": 1, "off_delay_s": 0},
        priorities=(4, 3),
        contribution_fr="Propose d'avancer la collecte d'un conteneur qui va déborder. Elle ne change aucune tournée.",
        sources_fr="L'indicateur « temps avant remplissage » du jour : niveaux bons des 35 derniers jours.",
        operations_fr=(
            "Niveau 1 si le remplissage à `full` % est prévu dans moins de `horizon` heures (médiane de la "
            "prévision) ; niveau 2 s'il y est déjà. Jugé une fois par jour, à minuit."
        ),
        limits_fr=(
            "Sans collecte connue ni cycle passé il n'y a pas de prévision. Un dépôt exceptionnel l'avance d'un "
            "coup. L'erreur des prévisions passées est dite avec l'alerte."
        ),
        check_fr="Collecte prévue demain ? Sinon avancer la tournée ; voir un dépôt au pied du conteneur.",
        check_en="Is it collected tomorrow? If not, collect earlier; look for waste beside it.",
        clears_fr="Le jour où la prévision dépasse le délai, en général après la collecte.",
        clears_en="The day when the forecast is beyond the horizon, usually after a collection.",
        source="Document de définition, fiche 2 (déchets) ; indicateur waste_time_to_full",
    )
)
