"""The command line: which commands there are, and what a failure of any says and returns.

A command's module is imported when the command is called or described, so that none waits for what only others need.
"""

import sys
from importlib import import_module

import click
import sqlalchemy as sa

from library.audio import readable
from library.errors import LibraryError
from playlists.errors import BadRequest, PlaylistError
from soundscape import console
from soundscape.commands import FAILED, WRONG_USAGE
from soundscape.errors import ServiceError

COMMANDS = {
    "analyse": "soundscape.commands.analyse:analyse_command",
    "build": "soundscape.commands.build:build_command",
    "demo": "soundscape.commands.demo:demo_command",
    "doctor": "soundscape.commands.doctor:doctor_command",
    "export": "soundscape.commands.export:export_command",
    "first-list": "soundscape.service_commands:first_list_command",
    "import": "soundscape.commands.bring_in:import_command",
    "lists": "soundscape.list_making:lists_group",
    "scan": "soundscape.commands.scan:scan_command",
    "serve": "soundscape.service_commands:serve_command",
    "worker": "soundscape.service_commands:worker_command",
}
"""Where each command is, as module:name."""


class Commands(click.Group):
    """A group whose commands are imported by need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=None, version="0.1.0", prog_name="soundscape")
def cli() -> None:
    """Calm playlists from a clinic's own music, sized exactly to an infusion."""


def main() -> None:
    """Run a command and turn each known failure into its message and exit status."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        console.say("Stopped. What was measured is kept; the same command goes on from there.")
        sys.exit(130)
    except BadRequest as error:
        console.say(f"Error: {error}")
        sys.exit(WRONG_USAGE)
    except (LibraryError, PlaylistError, ServiceError) as error:
        console.say(f"Error: {error}")
        sys.exit(FAILED)
    except sa.exc.DBAPIError as error:
        console.say(f"Error: the database refused: {error.orig}. What was stored before is kept.")
        sys.exit(FAILED)
    except OSError as error:
        place = f"{readable(error.filename)}: " if error.filename else ""
        console.say(f"Error: {place}{error.strerror or error}.")
        sys.exit(FAILED)
