"""An installation of dummy roles as a process of its own, for tests that kill it: python supervised.py DATA ROLE..."""

import signal
import sys
import time
from pathlib import Path

from vigie.deploy.roles import Role
from vigie.deploy.supervisor import Supervisor
from vigie.streams.settings import Settings

DUMMY = Path(__file__).with_name("dummy_role.py")


def dummy_supervisor(data: Path, *names: str, **options) -> Supervisor:
    """A supervisor of dummy roles, `name` or `name:behaviour`, without services."""
    roles = [Role(name.split(":")[0], "none:none", "a dummy") for name in names]
    behaviours = dict(name.partition(":")[::2] for name in names)

    def command(role: Role) -> list[str]:
        return [sys.executable, "-S", str(DUMMY), role.name, behaviours[role.name] or "well"]

    options = {"services": [], "prepare": lambda settings: None} | options
    settings = options.pop("settings", Settings(data=data, registry_port=0, http_port=0))
    return Supervisor(settings, roles, command=command, **options)


if __name__ == "__main__":
    supervisor = dummy_supervisor(Path(sys.argv[1]), *sys.argv[2:])
    signal.signal(signal.SIGTERM, lambda *_: supervisor.ask_to_stop())
    supervisor.start()
    print("up", flush=True)
    while supervisor.alive():
        time.sleep(0.05)
