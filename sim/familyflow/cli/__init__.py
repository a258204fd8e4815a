"""The command line: arguments and pages only."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING, Final

import click

from familyflow import __version__
from familyflow.cli.assumptions import assumptions
from familyflow.cli.backtest import backtest
from familyflow.cli.calibrate import calibrate
from familyflow.cli.check import check
from familyflow.cli.claims import claims
from familyflow.cli.compare import compare
from familyflow.cli.evidence import evidence
from familyflow.cli.listing import listing
from familyflow.cli.merge import merge
from familyflow.cli.new import new
from familyflow.cli.report import report
from familyflow.cli.require import require
from familyflow.cli.run import run
from familyflow.cli.sweep import sweep
from familyflow.cli.trace import trace
from familyflow.ground.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

DEBUG: Final = "--debug"
OUR_FAULT: Final = 1
YOUR_INPUT: Final = 2
INTERRUPTED: Final = 130
HUNG_UP: Final = 141
"""Exit codes; the last two are those of a process that a signal ended."""


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="SCENARIO is a name from 'familyflow list' or the path of a scenario file.",
)
@click.version_option(__version__, prog_name="familyflow")
@click.option(DEBUG, is_flag=True, expose_value=False, help="After an error, show where it arose; anywhere.")
@click.pass_context
def commands(context: click.Context) -> None:
    """Simulate families in children's social care, and compare rollouts of integrated adult workers."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


COMMANDS: Final = (
    *(listing, new, check, claims, calibrate, backtest, run, sweep, merge, report, compare, require, trace),
    *(evidence, assumptions),
)
for command in COMMANDS:
    commands.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer one command line and give its exit code; whatever goes wrong is said in one line on stderr."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        return _answer([each for each in given if each != DEBUG])
    except BrokenPipeError:
        return _hang_up()
    except KeyboardInterrupt as stop:
        return _say(str(stop) or "stopped", INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - whatever it is, a user gets one line
        if DEBUG in given:
            traceback.print_exception(error)
        return _explain(error)


def _answer(arguments: list[str]) -> int:
    """Run a command; an exit that it asks for, as help does, is its exit code."""
    try:
        with commands.make_context("familyflow", arguments) as context:
            commands.invoke(context)
        code = 0
    except click.exceptions.Exit as leave:
        code = leave.exit_code
    sys.stdout.flush()
    return code


def _explain(error: Exception) -> int:
    """Say what went wrong, and whose turn it is."""
    if isinstance(error, Problem):
        return _say(str(error), YOUR_INPUT)
    if isinstance(error, click.ClickException):
        return _say(error.format_message(), YOUR_INPUT)
    if isinstance(error, MemoryError):
        return _say("not enough memory: fewer --workers or --draws need less", OUR_FAULT)
    unexpected = f"unexpected {type(error).__name__}: {error}"
    return _say(f"{unexpected}: please report this with what the same command says with {DEBUG}", OUR_FAULT)


def _say(message: str, code: int) -> int:
    """Say one line on stderr and give the exit code."""
    click.echo(f"familyflow: {' '.join(message.splitlines())}", err=True)
    return code


def _hang_up() -> int:
    """Stop quietly when nobody reads on, as in `familyflow list | head -1`."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return HUNG_UP
