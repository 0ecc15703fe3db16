"""The exact commands to look further, as they work here and now."""

import os
from pathlib import Path
from shlex import quote

from vigie.deploy.embedded.ports import SERVER_PORTS, is_taken
from vigie.deploy.roles import ROLES
from vigie.deploy.supervisor import Supervisor

METRICS_PORT = 9464
"""Where the search for ports of /metrics begins: the one of the image."""

LABELS = {
    "fr": {
        "up": "relancer tout sur ces données",
        "consume": "lire un topic",
        "psql": "ouvrir la base",
        "metrics": "voir les métriques d'un rôle",
        "list": "les alertes",
        "export": "les exporter pour un tableur",
        "show": "une alerte : pourquoi, son fil, ce qu'elle explique",
        "mails": "un courriel",
        "page": "la page de l'alerte",
        "registry": "les schémas",
        "status": "ce qui tourne",
        "fleet": "changer la flotte : modifiez un fichier de ce dossier, puis voyez ce que cela changerait",
        "why": "pourquoi une mesure a son indice de qualité",
        "indicators": "les indicateurs d'un point",
        "how": "comment un indicateur est obtenu : formule, mesures, ce qui manque, révisions",
        "map": "la température de tous les points à 5 h",
        "observations": "exporter les mesures d'un cas d'usage, brutes et qualifiées",
    },
    "en": {
        "up": "start everything again on this data",
        "consume": "read a topic",
        "psql": "open the database",
        "metrics": "see the metrics of a role",
        "list": "the alerts",
        "export": "export them for a spreadsheet",
        "show": "an alert: why, its timeline, what it explains",
        "mails": "a mail",
        "page": "the page of the alert",
        "registry": "the schemas",
        "status": "what runs",
        "fleet": "change the fleet: edit a file of this folder, then see what that would change",
        "why": "why a value has its quality flag",
        "indicators": "the indicators of a point",
        "how": "how an indicator came about: formula, readings, what is missing, revisions",
        "map": "the temperature of all points at 5 o'clock",
        "observations": "export the values of a use case, raw and qualified",
    },
}


def commands(supervisor: Supervisor, alert_id: str, *, stays: bool) -> dict[str, str]:
    """What a command shows -> the command, to be typed in another terminal.

    Args:
        supervisor: of the demo; its settings are complete.
        alert_id: of the alert whose page is shown; may be empty.
        stays: whether it stays up; if not, the first command starts it again.
    """
    settings = supervisor.settings
    words, data = LABELS[settings.language], short(settings.data)
    vigie = f"VIGIE_DATA={quote(data)} {quote(_program())}"
    metrics = {child.name: child.port for child in supervisor.status()}
    pages = f"http://{settings.host}:{settings.http_port}"
    found = {}
    if not stays:
        same = f"VIGIE_PARTITIONS={settings.partitions} VIGIE_REGISTRY_PORT={settings.registry_port}"
        same += f" VIGIE_HTTP_PORT={settings.http_port}"
        base = _metrics_ports(settings.host)
        metrics = {role: base + number for number, role in enumerate(_started_again())}  # as the supervisor does
        found[words["up"]] = f"VIGIE_TICKS=log {same} VIGIE_METRICS_PORT={base} {vigie} up"
    found[words["consume"]] = f"{vigie} consume uplinks.lora.v1 --last 2"
    found[words["psql"]] = f'{vigie} psql -c "TABLE v_lecture LIMIT 10"'
    found[words["metrics"]] = f"curl http://127.0.0.1:{metrics.get('store', 0)}/metrics"
    found[words["registry"]] = f"curl {settings.schema_registry}/subjects"
    found[words["status"]] = f"{vigie} status"
    found[words["fleet"]] = f"{vigie} fleet diff {quote(f'{data}/flotte')}"
    found[words["why"]] = f'{vigie} quality explain TEM-13055-01 "18/06/2025 11:15"'
    found[words["indicators"]] = f"{vigie} indicators show TEM-13055-01"
    found[words["how"]] = f"{vigie} indicators explain STA-13055-01 noise_harmonica '18/06/2025 18:00'"
    found[words["map"]] = f"{vigie} indicators map air_temperature '18/06/2025 05:00' --subject use_case:heat"
    found[words["observations"]] = f"{vigie} observations export chaleur.csv --use-case heat"
    found[words["list"]] = f"{vigie} alerts list"
    found[words["show"]] = f"{vigie} alerts show {alert_id[:8] or '…'}"
    found[words["export"]] = f"{vigie} alerts export alertes.csv --per alert"
    found[words["mails"]] = f"cat {quote(f'{data}/mails/0001.eml')}"
    found[words["page"]] = f"{pages}/alerts/{alert_id}" if alert_id else f"{pages}/alerts"
    return found


def _started_again() -> list[str]:
    """The roles of an installation without sources: its senders are gone."""
    return [role.name for role in ROLES.values() if not role.needs]


def _metrics_ports(host: str) -> int:
    """The first of as many free ports as there are roles."""
    count = len(ROLES)
    return next(
        first
        for first in range(METRICS_PORT, SERVER_PORTS.start - count, count)  # embedded services take those above
        if not any(is_taken(first + number, host) for number in range(count))
    )


def short(path: Path) -> str:
    """A path as it is typed from here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def _program() -> str:
    """How the command `vigie` of this environment is called from here."""
    import sys

    beside = Path(sys.executable).parent / "vigie"
    return short(beside) if beside.exists() else "vigie"
