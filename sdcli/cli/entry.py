"""The console script: standard library only, so that a one-shot sum starts without typer.

`sdcli calc` goes straight to cli/calc.py, which owns its options and its help, a plain `sdcli
score` to cli/score_run.py and a plain `sdcli doc check` to cli/doc_check_run.py; everything else
goes through the typer app, which registers them as well, for `--help`. Every error ends here: as a
text on stderr and an exit code, never as a traceback, unless `--debug` stands anywhere on the line.
What is ours is imported inside of functions, so that a Ctrl-C meets somebody who catches it.
"""

from __future__ import annotations

import errno
import io
import os
import sys

TYPE_CHECKING = False  # typing is imported by type checkers only
if TYPE_CHECKING:
    from typing import TextIO

INTERRUPTED = 130  # ExitCode's own, which may be what is just being loaded
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)  # no fault of what was asked


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before `run` could catch it, or while it told of another one
        code = INTERRUPTED
        try:  # noqa: SIM105 - contextlib takes longer to import than a sum to do
            os.write(2, b"interrupted\n")
        except OSError:
            pass
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line; returns its exit code (core/errors.py has them)."""
    from sdcli.core.errors import ExitCode, SdcliError

    if sys.stderr is None:  # closed by whoever started us; print would write to stdout instead
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for good
    if sys.stdout is None:
        _tell("error: there is nowhere to write the answer to: stdout is closed")
        return int(ExitCode.MISSING)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - it holds nothing
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show █ shows ?
            stream.reconfigure(errors="replace")
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # to look for some costs 20 ms
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        return _carried_out(arguments)
    except SdcliError as error:
        if debug:
            raise
        _tell(error.render())
        return int(error.exit_code)
    except KeyboardInterrupt:
        _tell("interrupted")
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:  # the reader has left (`sdcli scenarios | head -1`): nothing is wrong
        _leave(sys.stdout)
        return int(ExitCode.OK)
    except Exception as error:
        if debug:
            raise
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            _leave(sys.stdout)
            _tell(f"error: cannot write: {(error.strerror or str(error)).lower()}")
            return int(ExitCode.MISSING)
        _tell(
            f"error: a defect in sdcli: {type(error).__name__}: {error}; please report it with what"
            f" `sdcli {' '.join(arguments)} --debug` prints"
        )
        return int(ExitCode.DEFECT)


def _carried_out(arguments: list[str]) -> int:
    """Run the command, and push out what it printed while an error can still be caught."""
    try:
        return _dispatch(arguments)
    finally:
        sys.stdout.flush()


def _tell(text: str) -> None:
    """Print on stderr, or nothing where that cannot be written either."""
    from sdcli.cli.screen import plain

    try:
        print(plain(text), file=sys.stderr)
    except OSError:
        _leave(sys.stderr)


def _leave(stream: TextIO) -> None:
    """Point a stream away, so that the interpreter's own last flush of it stays silent."""
    try:  # noqa: SIM105 - contextlib takes longer to import than a sum to do
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):  # no file of the system stands behind it
        pass


def _dispatch(arguments: list[str]) -> int:
    from sdcli.core.errors import ExitCode

    if arguments[:1] == ["calc"]:
        from sdcli.cli import calc

        return calc.main(arguments[1:])
    if arguments[:1] == ["score"]:
        from sdcli.cli import score_run

        call = score_run.plain_call(arguments[1:])
        if call is not None:
            return score_run.run(call)
    if arguments[:2] == ["doc", "check"]:
        from sdcli.cli import doc_check_run

        check = doc_check_run.plain_call(arguments[2:])
        if check is not None:
            return doc_check_run.run(check)
    from sdcli.cli.app import app

    try:
        app(args=arguments, prog_name="sdcli")
    except SystemExit as leaving:
        if leaving.code == ExitCode.INTERRUPTED:  # typer has caught the Ctrl-C, and says nothing
            _tell("interrupted")
        return leaving.code if isinstance(leaving.code, int) else int(ExitCode.OK)
    return int(ExitCode.OK)


if __name__ == "__main__":
    main()
