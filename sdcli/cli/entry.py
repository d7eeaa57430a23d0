"""The console script: standard library only, so that a one-shot sum starts without typer.

`sdcli calc` goes straight to cli/calc.py, which owns its options and its help; everything
else goes through the typer app, which registers `calc` as well, for `--help`. Every error
ends here: as a text on stderr and an exit code, never as a traceback, unless `--debug`
stands anywhere on the line.
"""

from __future__ import annotations

import io
import os
import sys

from sdcli.core.errors import ExitCode, SdcliError


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line; returns its exit code (core/errors.py has them)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show █ shows ?
            stream.reconfigure(errors="replace")
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        return _carry_out(arguments)
    except SdcliError as error:
        if debug:
            raise
        from sdcli.cli.screen import plain

        sys.stdout.flush()
        print(plain(error.render()), file=sys.stderr)
        return int(error.exit_code)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader of a pipe has left (`sdcli scenarios | head -1`): nothing is wrong here.
        # stdout is pointed away so that the interpreter's own last flush stays silent.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.OK)
    except Exception as error:
        if debug:
            raise
        from sdcli.cli.screen import plain

        told = (
            f"error: a defect in sdcli: {type(error).__name__}: {error}; please report it with what"
            f" `sdcli {' '.join(arguments)} --debug` prints"
        )
        print(plain(told), file=sys.stderr)
        return int(ExitCode.DEFECT)


def _carry_out(arguments: list[str]) -> int:
    """Run the command, and push out what it printed while an error can still be caught."""
    code = _dispatch(arguments)
    sys.stdout.flush()
    return code


def _dispatch(arguments: list[str]) -> int:
    if arguments[:1] == ["calc"]:
        from sdcli.cli import calc

        return calc.main(arguments[1:])
    from sdcli.cli.app import app

    try:
        app(args=arguments, prog_name="sdcli")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(ExitCode.OK)
    return int(ExitCode.OK)


if __name__ == "__main__":
    main()
