"""The passages of an average day of a year (TMJA) or month (TMJM)."""

from collections.abc import Sequence

from vigie.streams.core.mobility.year import BOUND, average
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register


def compute(inputs: Inputs) -> Sequence[Result]:
    """The average day of the window."""
    return average(inputs, lambda _: True)


register(
    Indicator(
        name="mobility_tmja",
        use_case="mobility",
        codes=("1mo", "1y"),
        properties=("passages", "passages_total"),
        needs_all=False,
        before_s=4 * 3600,
        unit="passages/j",
        bound=BOUND,
        version="1",
        label_fr="TMJA (année), TMJM (mois)",
        label_en="average daily traffic",
        definition_fr=(
            "Trafic moyen journalier annuel : passages d'un jour moyen de l'année, tous sens confondus ; d'un mois "
            "(TMJM) dans la fenêtre « 1mo »."
        ),
        formula=(
            "Tous les jours valides : Σ des jours / nombre de jours. Sinon, moyenne des moyennes (AASHTO) : moyenne "
            "par mois et jour de semaine des jours valides, puis moyenne des mois, puis moyenne des jours de semaine. "
            "Un jour est valide si chaque voie y est complète à 90 %."
        ),
        period_fr="mois, année",
        source=(
            "Comptage routier (somme annuelle / 365) ; AASHTO Guidelines for Traffic Data Programs, 1992 (jours"
            " manquants) ; critique de la MJA, siredo"
        ),
        limits_fr=(
            "L'échantillon est dit dans les détails : days_valid, days_invalid (complétude insuffisante), days_absent "
            "(aucune lecture), cells (mois × jours de semaine utilisés), channel_n (la même moyenne par voie). Vide "
            "sous 75 % de jours valides ou sans aucun jour d'un des jours de semaine."
        ),
        compute=compute,
    )
)
