"""A photo or a document about an object of the fleet: file, hash, date, author."""

from vigie.topics.fleet.field import Form, choice, of, reference, references, text
from vigie.topics.fleet.kind import Kind, register

register(
    Kind(
        name="document",
        label_fr="Photos et documents",
        id_fr="Numéro du document",
        fields=(
            choice("type", "Nature", {"photo": "photo", "document": "document"}, required=True),
            text("title", "Titre"),
            references("points", "Points de mesure", "point"),
            references("devices", "Capteurs", "device"),
            references("interventions", "Interventions", "intervention"),
            text("file", "Fichier", required=True, help_fr="Chemin dans le dossier de la flotte"),
            text("sha256", "Empreinte", help_fr="SHA-256 ; calculée si elle manque"),
            of(Form.DAY, "date", "Date", required=True),
            reference("author", "Auteur", "contact"),
        ),
    )
)
