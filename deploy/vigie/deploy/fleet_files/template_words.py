"""What the template says to the person who fills it in: how, and an example of each main kind."""

from typing import Any

READ_ME = (
    "La flotte de capteurs : classeur à remplir",
    "Une feuille par genre d'objet ; une ligne par objet. Les feuilles dont vous n'avez pas besoin restent vides.",
    "COLONNES",
    "Les titres marqués * (fond foncé) sont obligatoires. Une note sur chaque titre dit ce qui est attendu.",
    "L'ordre des colonnes ne compte pas. Une colonne ou une feuille dont le titre commence par # est ignorée.",
    "EXEMPLES",
    (
        "Une ligne dont l'identifiant commence par # n'est pas lue : les lignes grises en italique sont des exemples. "
        "Laissez-les, ou effacez-les."
    ),
    "IDENTIFIANTS",
    (
        "De 1 à 100 caractères, le premier une lettre ou un chiffre, sans espace ni deux-points, virgule, "
        "point-virgule ou guillemet. Un identifiant ne change jamais et ne sert qu'une fois ; le nom et le code d'un "
        "point, eux, peuvent changer."
    ),
    "DATES",
    (
        "« Du » et « Au (exclu) » disent de quand à quand la ligne est vraie, en heure légale ; une date seule est son "
        "minuit. Vides : depuis toujours, pour toujours. Au 01/03/2026 : vrai jusqu'au 28/02 au soir."
    ),
    "CORRIGER OU CHANGER",
    "Corriger une erreur : modifiez la ligne ; tout l'historique est repris avec la bonne valeur.",
    (
        "Dire qu'une chose a changé : fermez la ligne (« Au ») et ajoutez-en une de même identifiant à partir de ce "
        "jour (« Du »)."
    ),
    "CONTRÔLER ET APPLIQUER",
    "vigie fleet check flotte.xlsx : chaque erreur avec sa feuille et sa cellule.",
    "vigie fleet diff flotte.xlsx : ce qui changerait.   vigie fleet apply flotte.xlsx : appliquer, tout ou rien.",
)
"""The sheet that explains the others; a line of capitals is a title."""

EXAMPLES: dict[str, dict[str, Any]] = {
    "party": {"id": "# exemple : metropole", "name": "Métropole Aix-Marseille-Provence", "type": "métropole"},
    "commune": {
        "id": "# exemple : 13055", "name": "Marseille", "latitude": 43.3, "longitude": 5.38, "radius_km": 17,
    },
    "contact": {
        "id": "# exemple : technicien-eau", "party": "metropole", "role": "technicien", "name": "Camille Exemple",
        "mail": "technicien@metropole.example", "language": "français", "use_cases": "river",
    },
    "model": {
        "id": "# exemple : EM300-TH", "maker": "Milesight", "properties": "air_temperature relative_humidity",
    },
    "device": {
        "id": "# exemple : capteur-0001", "addresses": "eui:24e124136c000001", "model": "EM300-TH",
        "owner": "metropole", "contract": "acheté", "warranty_until": "2028-03-01",
    },
    "site": {"id": "# exemple : ecole-jaures", "name": "École Jean-Jaurès", "commune": "13055", "host": "metropole"},
    "support": {
        "id": "# exemple : mat-12", "site": "ecole-jaures", "type": "mât ou candélabre", "soil": "minéral",
        "sun_exposure": "une partie du jour",
    },
    "point": {
        "id": "# exemple : TEM-13055-01", "code": "TEM-13055-01", "name": "École Jean-Jaurès, cour",
        "use_case": "chaleur", "commune": "13055", "site": "ecole-jaures", "support": "mat-12", "latitude": 43.2965,
        "longitude": 5.3698, "properties": "air_temperature relative_humidity", "step_s": 900, "upload_s": 900,
    },
    "placement": {
        "id": "# exemple : TEM-13055-01/1", "from": "2026-03-01 14:30", "device": "capteur-0001",
        "point": "TEM-13055-01", "mounting": "abri sur mât", "height_m": 3.5,
    },
    "intervention": {
        "id": "# exemple : 2026-0042", "point": "TEM-13055-01", "state": "faite", "type": "préventive",
        "breaks_series": "non", "started_at": "2026-06-02 09:00", "ended_at": "2026-06-02 09:40",
        "by": "technicien-eau", "work": "Nettoyage de l'abri",
    },
}  # fmt: skip
"""An object of each main kind, as a person types it; its id begins with #, so that the reader passes over it."""
