"""`sdcli calc`: one-shot sums, checks of claims, and lines from stdin.

Options are read by hand, so that a sum starts without typer. `register` puts the same command
into the typer app, for `sdcli --help`, which in turn starts without the quantity language:
that comes in with the first answer (calc_answers.py).
"""

from __future__ import annotations

import sys

from sdcli.core.errors import ExitCode, InputError, SdcliError

TYPE_CHECKING = False  # typing is imported by type checkers only
if TYPE_CHECKING:
    from collections.abc import Iterator

    import typer

HELP = """\
usage: sdcli calc [OPTIONS] [EXPRESSION ...]

Evaluate an expression with units, or check a claim `A = B`.
The arguments are joined with spaces; quote them, or write x for *.

  -e EXPRESSION   evaluate this one; may stand several times
  -               read expressions from stdin, one for each line
  --noun WORD     WORD is a thing that is counted, like link; may stand several times
  --json          one JSON object for each expression, and nothing else on stdout
  -h, --help      this text

`name = EXPRESSION` gives later lines a name to use. A range is `5 to 20`, a conversion
`... to GB`. Functions: min max ceil floor round sqrt log2.

examples:
  sdcli calc '150M user * 2 tweet/user/day to tweet/s'
  sdcli calc '(100M to 200M link/month) * 500 B/link * 5 year to TB'
  sdcli calc '150M user * 2 tweet/user/day = 3.5k tweet/s'

Exit codes: 0 done, 1 a claim or comparison is false, 2 an expression cannot be used.
"""
_LINE_MAX = 100_000  # far more than an expression may have


class Options:
    """What the command line asks for."""

    def __init__(self) -> None:
        self.expressions: list[str] = []
        self.words: list[str] = []
        self.nouns: list[str] = []
        self.flags: set[str] = set()

    @property
    def wants_help(self) -> bool:
        """Whether only the help is wanted."""
        return not self.flags.isdisjoint(("-h", "--help"))

    @property
    def from_stdin(self) -> bool:
        """Whether a single `-` asks for lines; beside others it is a minus."""
        return self.words == ["-"]


def main(argv: list[str]) -> int:
    """Run `sdcli calc` with these arguments; returns the exit code."""
    try:
        options = read_options(argv)
    except SdcliError as error:
        print(error.render(), file=sys.stderr)
        return int(error.exit_code)
    if options.wants_help:
        print(HELP, end="")
        return int(ExitCode.OK)
    from sdcli.cli.calc_answers import Session

    words = [] if options.from_stdin else options.words
    session = Session(options.nouns, words, as_json="--json" in options.flags)
    if words:
        session.run(" ".join(words))
    for expression in options.expressions:
        session.run(expression)
    if options.from_stdin or not (words or options.expressions or _is_terminal()):
        for line in _stdin_lines():
            session.run(line)
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


def read_options(argv: list[str]) -> Options:
    """Part options and words; a minus sign before a number or a name starts no option.

    Raises:
        InputError: an option is not known or lacks its value.
    """
    options = Options()
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        name, glued, value = word.partition("=")
        if word == "--":
            options.words += rest
            break
        if word in ("-h", "--help", "--json"):
            options.flags.add(word)
        elif word == "-e" or name == "--noun":
            if not glued:
                if not rest:
                    raise InputError(f"{word} needs a value", fix="sdcli calc --help shows how")
                value = rest.pop(0)
            (options.nouns if name == "--noun" else options.expressions).append(value)
        elif word.startswith("--") and word[2:3].isalpha():
            raise InputError(
                f"{name} is no option of calc", expected="-e, -, --noun, --json or --help"
            )
        else:
            options.words.append(word)
    return options


def _is_terminal() -> bool:
    return sys.stdin is None or sys.stdin.isatty()


def _stdin_lines() -> Iterator[str]:
    """The lines of stdin as they come; bytes that are not text become a refused character.

    Of a line that is far too long only the beginning is kept, so that memory stays bounded.
    """
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    while line := sys.stdin.readline(_LINE_MAX):
        yield line.rstrip("\n")
        while line and not line.endswith("\n"):
            line = sys.stdin.readline(_LINE_MAX)
