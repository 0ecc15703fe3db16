"""What people type of the fleet on the command line."""

from typing import Any

import click

from vigie.deploy.fleet_files.refused import Refused
from vigie.deploy.fleet_files.typed_names import address


class _Address(click.ParamType):
    """The address of a device, as messages carry it."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address in its one form."""
        try:
            return address(str(value))
        except Refused as refused:
            self.fail(refused.english, param, ctx)


ADDRESS = _Address()
