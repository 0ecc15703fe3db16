"""What runs: every role, in the order of starting."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from vigie.streams.settings import Settings


@dataclass(frozen=True, slots=True)
class Role:
    """One role.

    Attributes:
        name: as in `vigie worker NAME`.
        run: "module:function"; the function takes Settings, runs until SIGTERM and returns an exit code.
        does: one line for people.
        port_field: the setting that holds the port of its public HTTP server, if it has one.
        instead: the setting that, if set, names an external service that takes its place.
        needs: the setting without which `vigie up` does not start it.
    """

    name: str
    run: str
    does: str
    port_field: str = ""
    instead: str = ""
    needs: str = ""

    def load(self) -> Callable[[Settings], int]:
        """Import the function; other roles' libraries stay unread."""
        module, function = self.run.split(":")
        found: Callable[[Settings], int] = getattr(importlib.import_module(module), function)
        return found


_ALL = (
    Role(
        "registry",
        "vigie.serving.registry:run",
        "schema registry",
        port_field="registry_port",
        instead="schema_registry",
    ),
    Role(
        "receive",
        "vigie.streams.steps.receive:run",
        "bodies from networks, stations and files",
        port_field="receive_port",
        needs="sources",
    ),
    Role("decode", "vigie.streams.steps.decode:run", "bodies to uplinks"),
    Role("observe", "vigie.streams.steps.observe:run", "silence and rolling windows"),
    Role("alarm", "vigie.streams.steps.alarm:run", "life of alerts, ticks"),
    Role("notify", "vigie.streams.steps.notify:run", "mails"),
    Role("store", "vigie.streams.sinks.store:run", "topics to PostgreSQL"),
    Role("recompute", "vigie.streams.steps.recompute:run", "the fleet's changes, and history repaired after them"),
    Role("serve", "vigie.serving.http:run", "pages and exports", port_field="http_port"),
)

ROLES: dict[str, Role] = {role.name: role for role in _ALL}
"""By name, in the order of starting; they stop in the reverse order."""
