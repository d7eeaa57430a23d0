"""`sdcli calc`: one-shot sums, checks of claims, lines from stdin, and a prompt.

Options are read by hand (calc_options.py), so that a sum starts without typer. `register` puts
the same command into the typer app, for `sdcli --help`, which in turn starts without the
quantity language: that comes in with the first line (calc_session.py).
"""

from __future__ import annotations

import sys

from sdcli.core.errors import ExitCode, SdcliError

TYPE_CHECKING = False  # typing is imported by type checkers only
if TYPE_CHECKING:
    from collections.abc import Iterator

    import typer

HELP = """\
usage: sdcli calc [OPTIONS] [EXPRESSION ...]

Evaluate an expression with units, or check a claim `A = B`.
The arguments are joined with spaces; quote them, or write x for *.
Without an expression, in a terminal: a prompt; `help` there says what it knows.

  -e EXPRESSION   evaluate this one; may stand several times
  -               read expressions from stdin, one for each line
  --steps         each step as one says it aloud: rounded, exact, and the drift
  --mental        the sum as one does it by head, and its error
  --rough         a day is 10^5 s, a month 2.5M s, a year 30M s
  --day SECONDS   what a day is; --month DAYS and --year DAYS alike
  --samples N     ranges by Monte Carlo with N draws, 100 to 10,000,000
  --noun WORD     WORD is a thing that is counted, like link; may stand several times
  --json          one JSON object for each line, and nothing else on stdout
  -h, --help      this text

`name = EXPRESSION` gives later lines a name to use, `ans` is the last value. A range is
`5 to 20`, a conversion `... to GB`. `info WORD` explains a unit or a function, `list`
shows the names; the lines unit, set, undo, save and help work here as at the prompt.
config.toml may set `day`, `month` and `year`.

examples:
  sdcli calc '150M user * 2 tweet/user/day to tweet/s'
  sdcli calc '(100M to 200M link/month) * 500 B/link * 5 year to TB'
  sdcli calc '150M user * 2 tweet/user/day = 3.5k tweet/s'

Exit codes: 0 done, 1 a claim or comparison is false, 2 an expression cannot be used.
"""


def main(argv: list[str]) -> int:
    """Run `sdcli calc` with these arguments; returns the exit code."""
    from sdcli.cli.calc_options import read_options

    try:
        options = read_options(argv)
        if options.wants_help:
            print(HELP, end="")
            return int(ExitCode.OK)
        from sdcli.cli.calc_session import Session

        session = Session(options)
    except SdcliError as error:
        from sdcli.core.text import printable

        print(printable(error.render(), "?", keep="\n"), file=sys.stderr)
        return int(error.exit_code)
    words = [] if options.from_stdin else options.words
    lines = [*([" ".join(words)] if words else []), *options.expressions]
    is_typed = sys.stdin is None or sys.stdin.isatty()
    if not lines and not options.from_stdin and is_typed and sys.stdin and sys.stdout.isatty():
        from sdcli.cli.calc_repl import converse

        return converse(session)
    session.run_all(lines)
    if options.from_stdin or not (lines or is_typed):
        session.run_all(_stdin_lines())
    if not session.count and not options.from_stdin:
        print(HELP, end="", file=sys.stderr)
        return int(ExitCode.INPUT)
    return session.exit_code


def register(app: typer.Typer) -> None:
    """Put `calc` into the app; it hands its raw arguments to `main`."""
    import typer

    def calc(context: typer.Context) -> None:
        """Evaluate an expression with units, or check a claim `A = B`."""
        raise typer.Exit(main(list(context.args)))

    calc.__annotations__["context"] = typer.Context  # typer is not a name of this module
    app.command(
        "calc",
        add_help_option=False,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(calc)


def _stdin_lines() -> Iterator[str]:
    """The lines of stdin as they come; bytes that are not text become a refused character.

    Of a line that is far too long only the beginning is kept, so that memory stays bounded.
    """
    from sdcli.cli.calc_session import LINE_MAX

    if sys.stdin is None:  # closed by whoever started us
        return
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    while line := sys.stdin.readline(2 * LINE_MAX):
        yield line.rstrip("\n")
        while line and not line.endswith("\n"):
            line = sys.stdin.readline(2 * LINE_MAX)
