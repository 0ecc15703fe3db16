"""The role `notify` with its waits scaled by the first argument (0: none): a benchmark need not wait for minutes."""

import sys

from vigie.streams.core.mail.groups import Waits
from vigie.streams.settings import Settings
from vigie.streams.steps.notify import NotifyStep
from vigie.streams.transport.role import run_role

if __name__ == "__main__":
    import os

    settings, scale = Settings.from_env(os.environ), float(sys.argv[1])
    usual = Waits()
    waits = Waits(*(int(wait * scale) for wait in usual[:3]), *usual[3:])
    sys.exit(run_role(settings, "notify", NotifyStep(settings, waits=waits)))
