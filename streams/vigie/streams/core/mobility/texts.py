"""What the indicators of average days say alike: formula, source and limits."""

FORMULA_FR = (
    "Tous les jours valides : Σ des jours / nombre de jours. Sinon, moyenne des moyennes (AASHTO) : moyenne "
    "par mois et jour de semaine des jours valides, puis moyenne des mois, puis moyenne des jours de semaine. "
    "Un jour est valide si chaque voie y est complète à 90 %."
)
SOURCE = (
    "Comptage routier (somme annuelle / 365) ; AASHTO Guidelines for Traffic Data Programs, 1992 (jours"
    " manquants) ; critique de la MJA, siredo"
)
LIMITS_FR = (
    "L'échantillon est dit dans les détails : days_valid, days_invalid (complétude insuffisante), days_absent "
    "(aucune lecture), cells (mois × jours de semaine utilisés), channel_n (la même moyenne par voie). Vide "
    "sous 75 % de jours valides ou sans aucun jour d'un des jours de semaine."
)
