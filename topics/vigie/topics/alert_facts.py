"""The facts of an explanation by name: what each says, in which unit, how it is read (quality.md 4.4; CRPA R311-3-1-2).

Values are texts in a map, so that any consumer can read them: numbers with a decimal point, instants in ISO 8601 UTC,
spans in seconds. A page, a mail or an export labels and formats them from here.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Fact(NamedTuple):
    """One fact: how a person is told of it, and what stands in it.

    Attributes:
        label_fr, label_en: a few words.
        form: `text`, `number`, `instant`, `duration` (seconds), `probability`, `quantity` (a number in the unit that
            the fact `unit` names, of a second source `second_source_unit`).
    """

    label_fr: str
    label_en: str
    form: str = "text"


FACTS: dict[str, Fact] = {
    # what it is about
    "device": Fact("Capteur", "Device"),
    "address": Fact("Adresse", "Address"),
    "model": Fact("Modèle", "Model"),
    "point": Fact("Point de mesure", "Measuring point"),
    "point_code": Fact("Code du point", "Code of the point"),
    "placement": Fact("Pose", "Placement"),
    "commune": Fact("Commune", "Commune"),
    "use_case": Fact("Cas d'usage", "Use case"),
    "network": Fact("Réseau", "Network"),
    "gateways": Fact("Passerelles", "Gateways"),
    "gateway": Fact("Passerelle", "Gateway"),
    "source": Fact("Source", "Source"),
    "role": Fact("Rôle", "Role"),
    "subject": Fact("Où", "Where"),
    # what was seen
    "property": Fact("Grandeur", "Property"),
    "channel": Fact("Voie", "Channel"),
    "value": Fact("Valeur", "Value", "quantity"),
    "unit": Fact("Unité", "Unit"),
    "observed_at": Fact("Mesurée le", "Measured at", "instant"),
    "arrival_at": Fact("Reçue le", "Received at", "instant"),
    "last_arrival_at": Fact("Dernière réception", "Last heard", "instant"),
    "heard_again_at": Fact("Entendu de nouveau", "Heard again", "instant"),
    "since_at": Fact("Depuis", "Since", "instant"),
    "lag_s": Fact("Retard", "Delay", "duration"),
    "devices": Fact("Capteurs concernés", "Devices concerned", "number"),
    "silent": Fact("Capteurs muets", "Silent devices", "number"),
    "silent_share": Fact("Part de capteurs muets", "Share of silent devices", "probability"),
    "flags": Fact("Contrôles de qualité", "Quality tests"),
    "neighbours": Fact("Voisins", "Neighbours"),
    "second_source": Fact("Seconde source", "Second source"),
    "second_source_value": Fact("Valeur de la seconde source", "Value of the second source", "quantity"),
    "second_source_unit": Fact("Unité de la seconde source", "Unit of the second source"),
    "second_source_at": Fact("Seconde source mesurée le", "Second source measured at", "instant"),
    "image": Fact("Image", "Image"),
    "image_file": Fact("Image gardée", "Image kept as"),
    "image_sha256": Fact("Empreinte de l'image", "Hash of the image"),
    "image_at": Fact("Image prise le", "Image taken at", "instant"),
    # how it was judged
    "rule": Fact("Règle", "Rule"),
    "definition": Fact("Méthode et version", "Method and version"),
    "level": Fact("Niveau", "Level"),
    "threshold": Fact("Seuil", "Threshold", "quantity"),
    "margin": Fact("Écart au seuil", "Beyond the threshold by", "quantity"),
    "rise_1h": Fact("Variation en une heure", "Change in an hour", "quantity"),
    "rate_per_h": Fact("Vitesse par heure", "Rate per hour", "quantity"),
    "expected_low": Fact("Attendu au moins", "Expected at least", "quantity"),
    "expected_high": Fact("Attendu au plus", "Expected at most", "quantity"),
    "expected_from": Fact("Attendu d'après", "Expected from"),
    "support": Fact("Nombre de valeurs à l'appui", "Values it rests on", "number"),
    "window": Fact("Fenêtre", "Window"),
    "baseline": Fact("Référence", "Baseline"),
    "deviation": Fact("Écart", "Deviation", "quantity"),
    "sigma": Fact("Écart en σ", "Deviation in σ", "number"),
    "phi": Fact("φ", "φ", "number"),
    "phi_threshold": Fact("Seuil de φ", "Threshold of φ", "number"),
    "law": Fact("Loi", "Law"),
    "period_s": Fact("Période d'envoi déclarée", "Declared upload period", "duration"),
    "interval_s": Fact("Intervalle habituel", "Usual interval", "duration"),
    "jitter_s": Fact("Gigue", "Jitter", "duration"),
    "missed": Fact("Messages manqués à la suite", "Messages missed in a row", "number"),
    "loss": Fact("Part de messages perdus", "Share of messages lost", "probability"),
    "burst": Fact("Perte après une perte", "Loss after a loss", "probability"),
    "completeness": Fact("Complétude", "Completeness", "probability"),
    # what goes with it
    "trial": Fact("À l'essai", "On trial"),
    "last_intervention": Fact("Dernière intervention", "Last intervention"),
    "firmware": Fact("Micrologiciel", "Firmware"),
    "codec": Fact("Décodeur", "Codec"),
    "cause": Fact("Cause", "Cause"),
    "children": Fact("Alertes expliquées", "Alerts explained", "number"),
    "message": Fact("Message", "Message"),
    "cycles": Fact("Déclenchements en 24 h", "Raises in 24 h", "number"),
    "confirmed_by": Fact("Confirmation d'après", "Confirmation from"),
    "verdict": Fact("Verdict", "Verdict"),
    # what to do
    "check_fr": Fact("À vérifier", "À vérifier"),
    "check_en": Fact("Worth a look", "Worth a look"),
    "clears_fr": Fact("Se ferme", "Se ferme"),
    "clears_en": Fact("Closes", "Closes"),
    "link": Fact("Données", "Data"),
}
"""Name -> fact. A fact whose name ends in `_fr` or `_en` is shown in that language only; where only an
English one is added to a fact of words (`window`, `window_en`), readers of English have it instead."""

OF_A_VALUE = frozenset(
    {"flags", "neighbours", "margin", "rise_1h", "rate_per_h", "deviation", "sigma", "phi", "support", "message"}
)
"""Facts that are found of one value: they say nothing of the next."""


def told_on(before: Mapping[str, str], facts: Mapping[str, str]) -> dict[str, str]:
    """The facts of an alert once more is said: what is not said anew stays, unless it was found of another value.

    >>> told_on({"value": "8", "margin": "0.3", "device": "d1"}, {"value": "7.5"})
    {'value': '7.5', 'device': 'd1'}
    >>> told_on({"phi": "8.2"}, {"heard_again_at": "2026-03-02T08:00:00Z"})["phi"]
    '8.2'
    """
    kept = {name: text for name, text in before.items() if "value" not in facts or name not in OF_A_VALUE}
    return kept | dict(facts)
