"""What is told of the platform itself: roles that lag, sources that stopped, ticks that jumped, nothing at all."""

from vigie.streams.core.alarm.graph import Source, Trouble
from vigie.streams.core.alarm.minute import Said
from vigie.streams.core.local_time import NO_BREAK, duration_text, moment_text, utc_text

_UNKNOWN_FR = "Tant que cela dure, aucun silence de capteur n'est signalé."
_UNKNOWN_EN = "While it lasts, no silence of a device is told."


def lags(zone: str, role: str, down: Trouble, lag_ms: int) -> Said:
    """A role has not answered a tick for `lag_ms`."""
    return Said(
        f"La plateforme a du retard{NO_BREAK}: le rôle « {role} » n'a pas traité ce qui est arrivé depuis le "
        f"{moment_text(down.since_at, zone, 'fr')} ({duration_text(lag_ms, 'fr')} de retard). {_UNKNOWN_FR}",
        f"The platform lags: the role `{role}` has not processed what has come since "
        f"{moment_text(down.since_at, zone, 'en')} ({duration_text(lag_ms, 'en')} late). {_UNKNOWN_EN}",
        {
            "role": role, "subject": role, "rule": "role_lagging", "since_at": utc_text(down.since_at),
            "lag_s": f"{lag_ms // 1000}",
            "check_fr": f"« vigie status » : le rôle {role} tourne-t-il ? Son journal, sa charge, l'espace disque de "
            "Kafka.",
            "check_en": f"`vigie status`: does the role {role} run? Its log, its load, the disk space of Kafka.",
            "clears_fr": "De lui-même, quand le rôle a rattrapé son retard.",
            "clears_en": "By itself, when the role has caught up.",
        },
    )  # fmt: skip


def follows(zone: str, role: str, down: Trouble, at: int) -> Said:
    """A role has caught up."""
    lasted_ms = at - down.since_at
    return Said(
        f"Le rôle « {role} » a rattrapé son retard le {moment_text(at, zone, 'fr')}, après "
        f"{duration_text(lasted_ms, 'fr')}.",
        f"The role `{role}` has caught up at {moment_text(at, zone, 'en')}, after {duration_text(lasted_ms, 'en')}.",
        {"role": role, "subject": role, "rule": "role_lagging", "since_at": utc_text(down.since_at)},
    )


def stopped(zone: str, name: str, source: Source, lasts_ms: int, *, missing: bool) -> Said:
    """A source brings nothing: its other side is gone, or `receive` does not speak of it."""
    since_fr, since_en = moment_text(source.down.since_at, zone, "fr"), moment_text(source.down.since_at, zone, "en")
    lasts_fr, lasts_en = duration_text(lasts_ms, "fr"), duration_text(lasts_ms, "en")
    why_fr = "le programme de réception n'en donne plus de nouvelles" if missing else "l'autre côté ne répond pas"
    why_en = "the receiving program says nothing of it" if missing else "the other side does not answer"
    return Said(
        f"La source « {name} » n'apporte plus rien depuis le {since_fr} ({lasts_fr}){NO_BREAK}: {why_fr}. Les capteurs "
        "qu'elle apporte sont dans un état inconnu, leur silence n'est pas signalé.",
        f"The source `{name}` has brought nothing since {since_en} ({lasts_en}): {why_en}. The state of the devices "
        "that it brings is unknown, their silence is not told.",
        {
            "source": name, "subject": name, "rule": "source_stopped", "network": source.network,
            "since_at": utc_text(source.down.since_at), "message": f"{source.connector}: {why_en}",
            "check_fr": "« vigie status » : « receive » tourne-t-il ? Puis l'adresse, le compte et le mot de passe de "
            "la source, et son serveur.",
            "check_en": "`vigie status`: does `receive` run? Then the source's address, account and password, and its "
            "server.",
            "clears_fr": "D'elle-même, dès que la source répond.",
            "clears_en": "By itself, as soon as the source answers.",
        },
    )  # fmt: skip


def brings_again(zone: str, name: str, source: Source, at: int) -> Said:
    """A source is up again."""
    lasted_ms = at - source.down.since_at
    return Said(
        f"La source « {name} » répond de nouveau depuis le {moment_text(at, zone, 'fr')}, après "
        f"{duration_text(lasted_ms, 'fr')}.",
        f"The source `{name}` answers again since {moment_text(at, zone, 'en')}, after "
        f"{duration_text(lasted_ms, 'en')}.",
        {"source": name, "subject": name, "rule": "source_stopped", "network": source.network},
    )


def receive_stopped(zone: str, down: Trouble, lasts_ms: int, sources: int) -> Said:
    """`receive` says nothing of any of its `sources`."""
    return Said(
        f"Le programme de réception ne donne plus de nouvelles d'aucune de ses {sources} sources depuis le "
        f"{moment_text(down.since_at, zone, 'fr')} ({duration_text(lasts_ms, 'fr')}). L'état des capteurs est inconnu, "
        "leur silence n'est pas signalé.",
        f"The receiving program has said nothing of any of its {sources} sources since "
        f"{moment_text(down.since_at, zone, 'en')} ({duration_text(lasts_ms, 'en')}). The state of the devices is "
        "unknown, their silence is not told.",
        {
            "role": "receive", "subject": "receive", "rule": "source_stopped", "since_at": utc_text(down.since_at),
            "check_fr": "« vigie status » : « receive » tourne-t-il ? Son journal.",
            "check_en": "`vigie status`: does `receive` run? Its log.",
            "clears_fr": "De lui-même, dès que « receive » parle de nouveau d'une source.",
            "clears_en": "By itself, as soon as `receive` speaks of a source again.",
        },
    )  # fmt: skip


def receives_again(zone: str, down: Trouble, at: int) -> Said:
    """`receive` speaks of its sources again."""
    lasted_ms = at - down.since_at
    return Said(
        f"Le programme de réception répond de nouveau depuis le {moment_text(at, zone, 'fr')}, après "
        f"{duration_text(lasted_ms, 'fr')}.",
        f"The receiving program answers again since {moment_text(at, zone, 'en')}, after "
        f"{duration_text(lasted_ms, 'en')}.",
        {"role": "receive", "subject": "receive", "rule": "source_stopped"},
    )


def removed(name: str) -> Said:
    """A source has left the sources file."""
    return Said(
        f"La source « {name} » n'est plus déclarée depuis un jour{NO_BREAK}: on ne l'attend plus.",
        f"The source `{name}` has not been declared for a day: it is no longer waited for.",
        {"source": name, "subject": name, "rule": "source_stopped"},
    )


def jumped(zone: str, before: int, at: int) -> Said:
    """The minute ticks have jumped from `before` to `at`, epoch ms UTC."""
    from_fr, to_fr = moment_text(before, zone, "fr"), moment_text(at, zone, "fr")
    from_en, to_en = moment_text(before, zone, "en"), moment_text(at, zone, "en")
    back = at < before
    return Said(
        f"L'heure de la plateforme a sauté du {from_fr} au {to_fr}{NO_BREAK}: "
        + ("l'horloge de la machine a reculé." if back else "elle était arrêtée, ou l'horloge de la machine a sauté.")
        + " Les silences des capteurs comptent de nouveau à partir de maintenant.",
        f"The platform's time has jumped from {from_en} to {to_en}: "
        + ("the clock of the machine went back." if back else "it was stopped, or the clock of the machine jumped.")
        + " Silences of devices count anew from now on.",
        {
            "subject": "clock", "rule": "clock_jumped", "since_at": utc_text(before),
            "lag_s": f"{(at - before) // 1000}",
            "check_fr": "La plateforme a-t-elle été arrêtée ? Sinon, l'heure de la machine est-elle synchronisée ?",
            "check_en": "Was the platform stopped? If not, the time synchronisation (NTP) of the machine.",
            "clears_fr": "De lui-même, quand tous les rôles ont répondu trois minutes de suite.",
            "clears_en": "By itself, when all roles have answered for three minutes.",
        },
    )  # fmt: skip


def runs_again(zone: str, at: int) -> Said:
    """Every role has answered since the ticks jumped."""
    return Said(
        f"La plateforme suit de nouveau l'heure depuis le {moment_text(at, zone, 'fr')}.",
        f"The platform follows the time again since {moment_text(at, zone, 'en')}.",
        {"subject": "clock", "rule": "clock_jumped"},
    )


def blind(zone: str, since_at: int, limit_ms: int, networks: int) -> Said:
    """Nothing of any network has come since `since_at`, for longer than ever while all was well (`limit_ms`)."""
    return Said(
        f"Plus rien n'arrive d'aucun des {networks} réseaux depuis le {moment_text(since_at, zone, 'fr')}{NO_BREAK}: "
        f"cela ne dure jamais plus de {duration_text(limit_ms, 'fr')}. Aucun silence de capteur n'est signalé.",
        f"Nothing comes from any of {networks} networks since {moment_text(since_at, zone, 'en')}: that never lasts "
        f"longer than {duration_text(limit_ms, 'en')}. No silence of a device is told.",
        {
            "subject": "alarm-inputs", "rule": "blind", "since_at": utc_text(since_at),
            "interval_s": f"{limit_ms // 1000}",
            "check_fr": "La liaison de la plateforme à l'extérieur, puis « receive » et « decode » (« vigie status »).",
            "check_en": "The platform's link to the outside, then `receive` and `decode` (`vigie status`).",
            "clears_fr": "De lui-même, dès qu'un message arrive.",
            "clears_en": "By itself, as soon as a message arrives.",
        },
    )  # fmt: skip


def sees_again(zone: str, at: int) -> Said:
    """Something has come again at `at`."""
    return Said(
        f"Des messages arrivent de nouveau depuis le {moment_text(at, zone, 'fr')}.",
        f"Messages arrive again since {moment_text(at, zone, 'en')}.",
        {"subject": "alarm-inputs", "rule": "blind"},
    )
