"""Sentences that several pages of heat indicators share."""

DAYS_FR = (
    "Un jour est jugé si 90 % de ses mesures sont là ; un mois ou une année, si 90 % de ses jours sont jugés : sinon "
    "vide. Seuls les drapeaux 1 et 2 comptent."
)
SUMMER_FR = (
    "L'été va de juin à août (paramètres first_month et last_month) ; sa fenêtre est l'année, calculée une fois "
    "celle-ci finie : d'ici là il se lit mois par mois."
)
RADIATION_FR = "Les mesures faussées par le soleil direct (drapeau 3) sont laissées de côté."
