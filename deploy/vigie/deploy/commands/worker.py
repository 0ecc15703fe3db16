"""`vigie worker`: one role, as containers run it."""

import logging
import sys

import click

from vigie.deploy.installation import settings_here
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.roles import ROLES


@click.command(
    epilog="\b\nExamples:\n  VIGIE_KAFKA=broker:9092 vigie worker decode\n"
    "  vigie worker decode          # one more, beside a `vigie up` on this data folder\n\n"
    "\b\nRoles:\n" + "\n".join(f"  {role.name:10} {role.does}" for role in ROLES.values())
)
@click.argument("role", type=click.Choice(list(ROLES)))
def command(role: str) -> None:
    """Run ROLE until SIGTERM. Exit code 0: stopped as asked; 1: failed, start it again."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    settings = settings_here()
    if not settings.kafka:
        raise OperatorError(f"The role {role} needs Kafka: set VIGIE_KAFKA.", Exit.USAGE)
    raise SystemExit(ROLES[role].load()(settings))
