"""What is told of networks and gateways: what has stopped, since when, whom it hides, what to check."""

from vigie.streams.core.alarm.graph import Gateway, Trouble
from vigie.streams.core.alarm.minute import Said
from vigie.streams.core.amounts import number_text
from vigie.streams.core.local_time import NO_BREAK, duration_text, moment_text, utc_text


def is_down(zone: str, name: str, down: Trouble, silent: int, devices: int, at: int) -> Said:
    """A network is down: `silent` of its `devices` are known to be silent at `at`."""
    since_fr, since_en = moment_text(down.since_at, zone, "fr"), moment_text(down.since_at, zone, "en")
    lasts_ms = at - down.since_at
    if silent:
        fr = (
            f"Le réseau « {name} » est muet depuis le {since_fr}{NO_BREAK}: {number_text(silent, 'fr')} de ses "
            f"{number_text(devices, 'fr')} capteurs se taisent à la fois, ce qui ne peut pas être le hasard."
        )
        en = (
            f"The network `{name}` is silent since {since_en}: {number_text(silent, 'en')} of its "
            f"{number_text(devices, 'en')} devices fell silent together, which cannot be chance."
        )
    else:
        fr = (
            f"Le réseau « {name} » n'apporte plus rien depuis le {since_fr} ({duration_text(lasts_ms, 'fr')}), plus "
            f"longtemps que jamais{NO_BREAK}: on n'entend plus aucun de ses {number_text(devices, 'fr')} capteurs."
        )
        en = (
            f"The network `{name}` has brought nothing since {since_en} ({duration_text(lasts_ms, 'en')}), longer than "
            f"ever: none of its {number_text(devices, 'en')} devices is heard."
        )
    return Said(fr, en, {
        "network": name, "subject": name, "rule": "network_down", "since_at": utc_text(down.since_at),
        "devices": f"{devices}", "silent": f"{silent}",
        "silent_share": f"{silent / devices:.3f}" if silent and devices else "",
        "definition": "network_down 1",
        "check_fr": "Auprès de l'exploitant du réseau : l'état de son serveur, et la liaison jusqu'à la plateforme. "
        "Inutile d'aller voir les capteurs.",
        "check_en": "With the network's operator: the state of its server, and the link to the platform. No need to "
        "visit the devices.",
        "clears_fr": "De lui-même, dès que le réseau apporte de nouveau des messages de la plupart des capteurs.",
        "clears_en": "By itself, as soon as the network brings messages of most devices again.",
    })  # fmt: skip


def is_back(zone: str, name: str, down: Trouble, heard_at: int) -> Said:
    """A network is heard again."""
    lasted_ms = heard_at - down.since_at
    return Said(
        f"Le réseau « {name} » apporte de nouveau des messages depuis le {moment_text(heard_at, zone, 'fr')}, après "
        f"{duration_text(lasted_ms, 'fr')}.",
        f"The network `{name}` brings messages again since {moment_text(heard_at, zone, 'en')}, after "
        f"{duration_text(lasted_ms, 'en')}.",
        {
            "network": name, "subject": name, "rule": "network_down", "since_at": utc_text(down.since_at),
            "heard_again_at": utc_text(heard_at),
        },
    )  # fmt: skip


def gateway_down(zone: str, name: str, gateway: Gateway, silent: int, alone: int, interval_ms: int) -> Said:
    """A gateway relays nothing.

    Args:
        zone: IANA name.
        name: which.
        gateway: what is known of it.
        silent: devices that are known to be silent because of it.
        alone: devices that only it hears.
        interval_ms: between its statistics; 0 where it sends none.
    """
    since_at = gateway.life_at
    since_fr, since_en = moment_text(since_at, zone, "fr"), moment_text(since_at, zone, "en")
    if silent and alone > silent:
        verb_fr, verb_en = ("se tait", "is") if silent == 1 else ("se taisent", "are")
        then_fr = (
            f"elle seule entend {number_text(alone, 'fr')} capteurs, dont {number_text(silent, 'fr')} {verb_fr} déjà"
        )
        then_en = f"it alone hears {number_text(alone, 'en')} devices, {number_text(silent, 'en')} {verb_en} silent now"
    elif silent:
        whom_fr = "capteur qu'elle entendait se tait" if silent == 1 else "capteurs qu'elle entendait se taisent"
        whom_en = "device that it heard is silent" if silent == 1 else "devices that it heard are silent"
        then_fr, then_en = f"{number_text(silent, 'fr')} {whom_fr}", f"{number_text(silent, 'en')} {whom_en}"
    elif alone:
        then_fr = f"elle seule entend {number_text(alone, 'fr')} capteur{'s' if alone > 1 else ''}"
        then_en = f"it alone hears {number_text(alone, 'en')} device{'s' if alone > 1 else ''}"
    else:
        then_fr, then_en = "d'autres entendent aussi ses capteurs", "others hear its devices too"
    facts = {
        "gateway": name, "network": gateway.network, "subject": name, "rule": "gateway_down",
        "since_at": utc_text(since_at), "children": f"{silent}", "devices": f"{alone}", "definition": "gateway_down 1",
        "interval_s": f"{interval_ms // 1000}" if interval_ms else "",
        "check_fr": "L'alimentation de la passerelle, sa liaison (4G, fibre), puis sa page dans le serveur du réseau.",
        "check_en": "The gateway's supply, its link (4G, fibre), then its page in the network server.",
        "clears_fr": "D'elle-même, dès que la passerelle relaie un message ou envoie ses statistiques.",
        "clears_en": "By itself, as soon as the gateway relays a message or sends its statistics.",
    }  # fmt: skip
    return Said(
        f"La passerelle {name} n'a rien relayé depuis le {since_fr}{NO_BREAK}: {then_fr}.",
        f"Gateway {name} has relayed nothing since {since_en}: {then_en}.",
        facts,
    )


def gateway_back(zone: str, name: str, down: Trouble, heard_at: int) -> Said:
    """A gateway gives a sign of life."""
    lasted_ms = heard_at - down.since_at
    return Said(
        f"La passerelle {name} relaie de nouveau depuis le {moment_text(heard_at, zone, 'fr')}, après "
        f"{duration_text(lasted_ms, 'fr')}.",
        f"Gateway {name} relays again since {moment_text(heard_at, zone, 'en')}, after "
        f"{duration_text(lasted_ms, 'en')}.",
        {
            "gateway": name, "subject": name, "rule": "gateway_down", "since_at": utc_text(down.since_at),
            "heard_again_at": utc_text(heard_at),
        },
    )  # fmt: skip
