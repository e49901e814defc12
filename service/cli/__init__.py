"""The command line: ./wire COMMAND. A module a group of commands; exit codes 0 done, 1 failed, 2 wrong use."""

from __future__ import annotations

import logging
import sys

import click

from feeds import __version__
from feeds.config import load_settings
from feeds.errors import QueryError, SettingsError, WireError
from service import logs
from service.cli import (
    curate,
    databases,
    doctor,
    evaluate,
    export,
    polling,
    publish,
    running,
    status,
    summaries,
    topics,
)

log = logging.getLogger("wire.cli")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="Preprint Wire %(version)s")
def cli() -> None:
    """Preprint Wire: curated Atom feeds of arXiv's preprints, one per topic, each paper summarized.

    \b
    ./wire run     starts everything on this machine
    ./wire demo    shows it without a network
    ./wire status  tells how it is
    """


for command in (
    *running.COMMANDS,
    databases.migrate,
    databases.copy_database,
    databases.backup,
    databases.restore,
    polling.poll,
    polling.backfill,
    topics.topics,
    curate.curate,
    summaries.summarize,
    evaluate.evaluate,
    publish.publish,
    export.export,
    status.status,
    doctor.doctor,
):
    cli.add_command(command)


def configure_logging() -> None:
    """As the settings say. Wrong ones are the command's to report: ``--help`` works with any."""
    try:
        settings = load_settings()
    except SettingsError:
        logs.configure("WARNING", "text")
    else:
        logs.configure(settings.log_level, settings.log_format)


def main() -> None:
    """Run a command; what goes wrong on purpose is one line on standard error."""
    try:
        configure_logging()
        cli(prog_name="./wire", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(1)
    except WireError as error:
        click.echo(f"wire: {error}", err=True)
        sys.exit(2 if isinstance(error, SettingsError | QueryError) else 1)
    except OSError as error:
        log.debug("it came from here", exc_info=True)
        click.echo(f"wire: {_describe(error)}", err=True)
        sys.exit(1)


def _describe(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}" if error.filename and error.strerror else str(error)
