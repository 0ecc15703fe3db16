"""The command `vigie`: finds each module of vigie.deploy.commands and offers its `command` under the module's name."""

from importlib.metadata import version
from typing import Any

import click

from vigie.deploy import commands
from vigie.deploy.command_group import FoundCommands
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import SettingsError


class Commands(FoundCommands):
    """The groups and commands of `vigie`."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and say a setting's mistake as a sentence. Other errors are bugs and keep their traceback."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise OperatorError(str(error), Exit.USAGE) from None


EXIT_CODES = {
    0: "done",
    Exit.FAILED: "a bug, with its traceback",
    Exit.USAGE: "the command line or a setting cannot be understood",
    Exit.IN_USE: "another `vigie up` uses this data folder",
    Exit.PORT_TAKEN: "a port belongs to another program",
    Exit.DISK_FULL: "too little room on a disk",
    Exit.DOWNLOAD: "a jar could not be fetched, or is not the pinned one",
    Exit.NOT_READY: "a service or a role did not answer in time",
    Exit.NOT_RUNNING: "no installation runs here",
    Exit.UNREACHABLE: "an external Kafka, PostgreSQL or registry does not answer",
    Exit.DIFFERENT: "a check found differences",
    Exit.NO_PERMISSION: "a folder or a program cannot be used by this user",
    Exit.REFUSED: "the platform does not do what was asked, and says why",
}


@click.group(
    cls=Commands,
    package=commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="\b\nExamples:\n  vigie up                     # the whole platform on this machine\n"
    "  vigie demo                   # a day of a metropolis in a minute\n  vigie COMMAND --help\n\n"
    "\b\nExit codes:\n" + "\n".join(f"  {int(code):2}  {meaning}" for code, meaning in EXIT_CODES.items()),
)
@click.version_option(version("vigie-metropole"), message="vigie %(version)s")
def main() -> None:
    """Vigie reads what a city's sensors send, keeps it, and watches for what goes wrong.

    Settings are environment variables (`vigie settings`).
    """


if __name__ == "__main__":
    main(prog_name="vigie")
