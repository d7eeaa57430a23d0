"""The table of commands. Each module registers its own; heavy imports stay inside them."""

from __future__ import annotations

from typing import Annotated

import typer

from sdcli.cli import calc, content, doc, estimate, interview, kv, lab, scenarios, score, sessions

app = typer.Typer(
    name="sdcli",
    help="System design in the terminal: practise an interview, estimate, write it down.",
    no_args_is_help=False,
    rich_markup_mode=None,  # the rich panels double the time that --help takes
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Add --debug to any command for a traceback. Exit codes: 0 done, 1 the answer is no,"
    " 2 unusable input, 3 damaged data, 4 something is missing, 70 a defect, 130 interrupted.",
)

for command in (interview, sessions, score, scenarios, calc, estimate, doc, lab, kv, content):
    command.register(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        from sdcli import __version__

        print(f"sdcli {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Say what to do next when no command is given."""
    if context.invoked_subcommand is None:
        from sdcli.cli.next_step import show

        show()
