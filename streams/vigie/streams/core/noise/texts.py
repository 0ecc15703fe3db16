"""Sentences that several pages of noise indicators share."""

LAEQ_FORMULA = "LAeq,T = 10·log10(Σ tᵢ·10^(Lᵢ/10) / Σ tᵢ)"
REGULATION = "Directive 2002/49/CE, annexe I ; code de l'urbanisme R147-1 ; Bruitparif (indicateurs énergétiques)"
HARMONICA_SOURCE = "LIFE Harmonica (Bruitparif, Acoucité), noiseineu.eu ; Mietlicki et al. 2015"
NIGHT_FR = "La nuit 22 h-6 h est celle qui se termine dans la journée légale (7 ou 9 h quand l'heure change)."
WHOLE_FR = (
    "Vide sous 75 % des mesures attendues (extrêmes d'un jour et plus : sous 90 %) ; seuls les drapeaux 1 et 2 "
    "comptent."
)
STEPS_FR = "Chaque mesure compte pour un pas : un changement de pas dans la période n'est pas pondéré."
