"""A measuring point: what is measured, where; it stays when devices come and go."""

from vigie.topics.fleet.field import Form, choice, integer, number, of, reference, references, text
from vigie.topics.fleet.kind import Kind, register

USE_CASES = {
    "waste": "déchets", "noise": "bruit", "river": "cours d'eau", "mobility": "mobilités", "lighting": "éclairage",
    "heat": "chaleur",
}  # fmt: skip

register(
    Kind(
        name="point",
        label_fr="Points de mesure",
        id_fr="Identifiant stable, jamais réutilisé ; il ne change pas quand le point est renommé",
        fields=(
            text("code", "Code lisible", required=True, help_fr="Unique ; peut changer : l'historique suit"),
            text("name", "Nom"),
            choice("use_case", "Cas d'usage", USE_CASES, required=True),
            reference("commune", "Commune", "commune", required=True),
            reference("site", "Site", "site"),
            references("zones", "Zones", "zone"),
            reference("support", "Support", "support"),
            number("latitude", "Latitude", "°", -90, 90, required=True),
            number("longitude", "Longitude", "°", -180, 180, required=True),
            number("altitude_m", "Altitude", "m", -50, 4900),
            of(Form.SERIES, "properties", "Grandeurs", required=True,
               help_fr="Noms du catalogue, séparés par des espaces ; « nom#voie@pas/envoi » s'il le faut"),
            integer("step_s", "Pas de mesure", "s", 1, 604_800, required=True),
            integer("upload_s", "Période d'envoi", "s", 1, 2_678_400, required=True,
                    help_fr="Peut être plus longue que le pas : un enregistreur envoie par paquets"),
            text("schedule", "Heures d'envoi",
                 help_fr="Heure légale, « 06:00 » ou « mon,thu 06:00 » ; « irregular » : sur événement"),
            text("buddy_group", "Groupe de voisins", help_fr="Points comparés entre eux ; vide : aucun"),
            text("datum", "Référence des niveaux", help_fr="NGF, zéro local …"),
        ),
    )
)  # fmt: skip
