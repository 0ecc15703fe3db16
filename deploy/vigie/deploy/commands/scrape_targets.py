"""`vigie scrape-targets`: where Prometheus finds the metrics."""

import json
import os

import click

from vigie.deploy.console_words import say
from vigie.deploy.installation import running
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.role_process import reachable
from vigie.deploy.roles import ROLES
from vigie.streams.settings import Settings

CONTAINER_PORT = 9464
"""VIGIE_METRICS_PORT of the image."""


@click.command(
    epilog="""\b
    Examples:
      vigie scrape-targets > deploy/prometheus/targets/here.json
      vigie scrape-targets --compose > deploy/prometheus/targets/compose.json
    """
)
@click.option("--compose", is_flag=True, help="The containers of deploy/compose.yaml, instead of what runs here.")
def command(*, compose: bool) -> None:
    """Print the workers as targets for Prometheus (file_sd_configs), JSON."""
    addresses = {role: f"{role}:{CONTAINER_PORT}" for role in ROLES} if compose else _running_here()
    targets = [{"targets": [address], "labels": {"role": role}} for role, address in addresses.items()]
    click.echo(json.dumps(targets, indent=1))


def _running_here() -> dict[str, str]:
    settings = Settings.from_env(os.environ)
    record = running(settings.data)
    if record is None:
        raise OperatorError(say(settings.language, "start_it", data=settings.data), Exit.NOT_RUNNING)
    host = reachable(settings.host)
    return {child.name: f"{host}:{child.port}" for child in record.children if child.name in ROLES and child.port}
