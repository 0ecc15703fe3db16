"""What is worth a look and what closes an alert, by rule or else by kind, where who raised it does not say."""

_ADVICE: dict[str, tuple[str, str, str, str]] = {
    "silence": (
        "L'alimentation ou la pile du capteur, son antenne, la passerelle du secteur.",
        "The device's supply or battery, its antenna, the gateway of the area.",
        "D'elle-même, dès que le capteur est de nouveau entendu.",
        "By itself, as soon as the device is heard again.",
    ),
    "communication": (
        "L'horloge, la configuration et le micrologiciel du capteur.",
        "The device's clock, its settings and its firmware.",
        "D'elle-même, quand les messages sont de nouveau comme attendu.",
        "By itself, when messages are as expected again.",
    ),
    "gateway": (
        "L'alimentation de la passerelle et sa liaison au serveur de réseau.",
        "The gateway's supply, and its link to the network server.",
        "D'elle-même, dès que la passerelle relaie de nouveau.",
        "By itself, as soon as the gateway relays again.",
    ),
    "network": (
        "Auprès de l'exploitant du réseau : son état, et la liaison jusqu'à la plateforme.",
        "With the network's operator: its state, and the link to the platform.",
        "D'elle-même, dès que le réseau apporte de nouveau des messages.",
        "By itself, as soon as the network brings messages again.",
    ),
    "platform": (
        "« vigie status » et les journaux du rôle nommé.",
        "`vigie status`, and the logs of the role that is named.",
        "D'elle-même, quand la plateforme est rétablie.",
        "By itself, when the platform is well again.",
    ),
    "value": (
        "La mesure sur la page du point, ses voisins, le capteur sur place.",
        "The value on the page of the point, its neighbours, the device on the spot.",
        "D'elle-même, quand la mesure revient dans ses bornes.",
        "By itself, when the value is back within its bounds.",
    ),
    "data": (
        "La transmission du capteur et ce que son enregistreur garde.",
        "What the device sends, and what its logger keeps.",
        "D'elle-même, quand les données manquantes arrivent ou que les suivantes sont bonnes.",
        "By itself, when the missing data come, or those that follow are good.",
    ),
    "never_seen": (
        "L'activation du capteur, ses clés, son adresse dans la flotte, la couverture à la pose.",
        "The device's activation, its keys, its address in the fleet, coverage where it stands.",
        "D'elle-même, dès que le capteur est entendu.",
        "By itself, as soon as the device is heard.",
    ),
    "no_return": (
        "Le capteur a-t-il été rallumé et rattaché au réseau après l'intervention ?",
        "Was the device switched on, and did it join again, after the intervention?",
        "D'elle-même, dès que le capteur est de nouveau entendu.",
        "By itself, as soon as the device is heard again.",
    ),
    "poor_coverage": (
        "La couverture radio au point de mesure : antenne, hauteur, passerelle plus proche.",
        "Radio coverage at the point: antenna, height, a nearer gateway.",
        "D'elle-même, dès que le capteur est de nouveau entendu.",
        "By itself, as soon as the device is heard again.",
    ),
    "poison_record": (
        "Signaler l'erreur ; une fois corrigée, lancer « vigie dead-letters replay --reason internal_error ».",
        "Report the error; once it is corrected, run `vigie dead-letters replay --reason internal_error`.",
        "D'elle-même : la suite est traitée.",
        "By itself: what follows is processed.",
    ),
}
"""Kind of alarm, or its rule where that asks for something else -> check and end, in French and English."""


def advice(key: str) -> dict[str, str]:
    """Facts `check_…` and `clears_…` of an alarm key.

    >>> advice("gateway:eui-1:gateway_down")["clears_en"]
    'By itself, as soon as the gateway relays again.'
    >>> advice("else:where:what")
    {}
    """
    found = _ADVICE.get(key.rpartition(":")[2]) or _ADVICE.get(key.partition(":")[0])
    return {} if found is None else dict(zip(("check_fr", "check_en", "clears_fr", "clears_en"), found, strict=True))
