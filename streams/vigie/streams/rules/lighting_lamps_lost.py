"""Lighting: has a cabinet lost lamps?"""

from vigie.streams.core.amounts import number_text
from vigie.streams.core.detect.rule import Ground, Judgement, Parameter, Rule, Sample, register

_LAMPS = "lamps"


def judge(_memory: None, sample: Sample, ground: Ground, held: int) -> Judgement:
    """Level 1 if the night level stepped down by as many lamps; half of them keep it."""
    least = ground.parameters[_LAMPS]
    level = int(sample.value >= least / 2) if held else int(sample.value >= least and sample.category == "step")
    details, facts = sample.details, {}
    if level:
        facts = {"unit": "lampes", "deviation": f"{-details.get('lost_w', 0):.0f} W", "law": "CUSUM",
                 "expected_from": "niveau des 14 premières nuits connues des 60 dernières",
                 "expected_from_en": "level of the first 14 known nights of the last 60"}  # fmt: skip
        if "before_w" in details:
            facts |= {"baseline": f"{details['before_w']:.0f} W", "support": "14"}
    return Judgement(level, threshold=least, expected_high=least, facts=facts)


def says(sample: Sample, _ground: Ground, _judged: Judgement, language: str) -> str:
    """The sentence."""
    lamps, lost = number_text(round(sample.value, 1), language), sample.details.get("lost_w")
    watts = "" if lost is None else f" (−{number_text(round(lost), language)} W)"
    if language == "fr":
        return f"a perdu environ {lamps} lampes{watts} : son niveau de nuit a baissé d'un coup et n'est pas remonté"
    return f"has lost about {lamps} lamps{watts}: its night level stepped down and stayed there"


register(
    Rule(
        name="lighting_lamps_lost",
        version="1",
        label_fr="Lampes perdues",
        label_en="Lamps lost",
        judge=judge,
        says=says,
        use_case="lighting",
        indicators=("lighting_lamps_lost",),
        codes=("1d",),
        on_by_default=True,
        parameters={_LAMPS: Parameter(1.0, "lampes", "Lampes perdues à partir desquelles elle alerte", 0.1, 1000)},
        delays={"on_delay": 1, "off_delay_s": 0},
        priorities=(3,),
        contribution_fr=(
            "Signale une armoire dont des lampes ne s'allument plus, pour préparer une tournée. Elle ne commande rien."
        ),
        sources_fr="L'indicateur « lampes perdues » de la nuit : la puissance mesurée par l'armoire, 60 nuits au plus.",
        operations_fr=(
            "Alerte si l'indicateur a détecté une marche vers le bas (CUSUM, k = 0,5 ; h = 5) et que la baisse vaut "
            "`lamps` lampes de la puissance déclarée ; levée sous la moitié."
        ),
        limits_fr=(
            "Il faut 15 nuits connues. Un abaissement de puissance ou une baisse de tension y ressemblent. Le nombre "
            "de lampes dépend de la puissance déclarée (`lamp_w` de l'indicateur)."
        ),
        check_fr="Voir les lampes du départ ; abaissement programmé ; tension ; puissance déclarée par lampe.",
        check_en="See the lamps of the feeder; dimming; voltage; the declared power per lamp.",
        clears_fr="Une nuit dont le niveau est revenu.",
        clears_en="A night whose level is back.",
        source="Document de définition, fiche 2 ; indicateur lighting_lamps_lost",
    )
)
