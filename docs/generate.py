"""Writes what is generated: help pages, the table of the interview as a diagram, pictures.

    make docs

Each output is a function from nothing to text. `tests/test_docs.py` runs the same functions
and compares, so that a page cannot tell what the program no longer does. Pictures are what a
command printed in a terminal of 80 columns, exported by rich.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import scorer
from sdcli.content import load_scenario, scenario_ids
from sdcli.content.proven import digests
from sdcli.core.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdcli.experiments import Frame

ROOT = Path(__file__).resolve().parents[1]
DESIGNS = ROOT / "examples" / "designs"
ARCHITECTURE = ROOT / "docs" / "architecture" / "design.yaml"
DEMO = ROOT / "examples" / "interviews" / "url-shortener.yaml"


def run(*arguments: str, folder: Path, colour: bool = False) -> str:
    """What one command prints on stdout, in 80 columns."""
    extra = {"COLUMNS": "80", "SDCLI_DATA": str(folder / "data"), "TERMINAL_WIDTH": "80"}
    extra["FORCE_COLOR" if colour else "NO_COLOR"] = "1"
    environment = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "NO_COLOR")}
    process = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "sdcli.cli.entry", *arguments],
        cwd=folder,
        env=environment | extra | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode not in (0, 1):
        sys.exit(f"sdcli {' '.join(arguments)}: {process.stderr}")
    return process.stdout


def commands() -> list[str]:
    """Every command of the program, as it registers them; "" for the program itself."""
    from typer.main import get_command

    from sdcli.cli.app import app

    found = [""]
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        found.append(name)
        found += [f"{name} {inner}" for inner in getattr(command, "commands", {})]
    return found


def help_pages() -> str:
    """The help of every command, as one page."""
    parts = ["# Help\n\nWhat `--help` prints, written by `make docs`.\n"]
    with tempfile.TemporaryDirectory() as folder:
        for command in commands():
            text = run(*command.split(), "--help", folder=Path(folder)).rstrip()
            parts.append(f"## sdcli {command}".rstrip() + f"\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def calculators() -> str:
    """The help of every calculator, as one page."""
    from sdcli.cli import estimate
    from sdcli.estimate import registry

    parts = ["# Calculators\n\nWhat `sdcli estimate NAME --help` prints, written by `make docs`.\n"]
    for name in registry.names():
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            estimate.main([name, "--help"])
        parts.append(f"## {name}\n\n```text\n{told.getvalue().rstrip()}\n```\n")
    return "\n".join(parts)


def interview_phases() -> str:
    """The interview's transition table as a Mermaid state diagram."""
    from sdcli.interview.transitions import diagram

    return (
        "# The interview as a table\n\n"
        "Drawn by `make docs` from the table in `sdcli/interview/transitions.py`; `*` stands for a"
        " topic.\n\n"
        f"```mermaid\n{diagram()}```\n"
    )


def picture(title: str, printed: str) -> str:
    """A terminal of 80 columns that shows `printed`, as SVG."""
    from rich.console import Console
    from rich.text import Text

    recorder = Console(record=True, width=80, file=io.StringIO(), force_terminal=True)
    recorder.print(Text.from_ansi(printed))
    drawn = recorder.export_svg(title=title, unique_id="terminal")
    # The picture names fonts of the reader's machine and fetches nothing from anywhere.
    return re.sub(r"\s*@font-face \{.*?\}\n", "", drawn, flags=re.DOTALL)


def _cut(text: str, begin: str, end: str) -> str:
    """The lines from the first that holds `begin` up to the next that holds `end`."""
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if begin in line)
    last = next((i for i, line in enumerate(lines) if i > first and end in line), len(lines))
    return "\n".join(lines[first:last]).rstrip()


def picture_lab() -> str:
    """`sdcli lab run ring.balance`."""
    with tempfile.TemporaryDirectory() as folder:
        command = ("lab", "run", "ring.balance", "--nodes", "8", "--vnodes", "40")
        return picture(
            f"sdcli {' '.join(command)}", run(*command, folder=Path(folder), colour=True)
        )


def picture_ring() -> str:
    """What `sdcli lab run ring.rebalance` shows while it runs: a node has joined."""
    from rich.console import Console

    from sdcli.cli.watching import inked
    from sdcli.experiments.rebalance_story import tell

    frames: list[Frame] = []
    tell(5, 160, "blake2b", "7/0", frames.append)
    joined = frames[-1]
    printed = io.StringIO()
    screen = Console(file=printed, width=80, force_terminal=True, color_system="standard")
    screen.print(inked(joined))
    return picture("sdcli lab run ring.rebalance --nodes 5", printed.getvalue())


def picture_limiters() -> str:
    """What `sdcli lab run limiter.compare` shows while it runs: six limiters, the same requests."""
    from rich.console import Console

    from sdcli.cli.watching import inked
    from sdcli.experiments import get

    frames: list[Frame] = []
    experiment = get("limiter.compare")
    experiment.run(experiment.bind({}), 7, frames.append)
    printed = io.StringIO()
    screen = Console(file=printed, width=80, force_terminal=True, color_system="standard")
    screen.print(inked(frames[-2]))  # the last one is the table
    return picture("sdcli lab run limiter.compare", printed.getvalue())


SUMS = (
    ("calc", "150M user * 2 tweet/user/day to tweet/s"),
    ("calc", "--steps", "150M user * 2 tweet/user/day * 1 KB/tweet to Mbps"),
    ("calc", "--mental", "150M user * 2 tweet/user/day to tweet/s"),
    ("calc", "100M to 200M user * 5 to 20 request/user/day to request/s"),
    ("calc", "24k request/s * 1 KB/request = 24 Mbps"),
    ("calc", "99.9999999%"),
)


def picture_calc() -> str:
    """A handful of sums, as they are typed and answered."""
    told = []
    with tempfile.TemporaryDirectory() as folder:
        for name, *words in SUMS:
            typed = " ".join(word if word.startswith("--") else f"'{word}'" for word in words)
            answer = run(name, *words, folder=Path(folder), colour=True).rstrip()
            told.append(f"$ sdcli {name} {typed}\n{answer}\n")
    return picture("sdcli calc", "\n".join(told))


def picture_estimate() -> str:
    """`sdcli estimate` with one calculator."""
    words = ("bandwidth", "--rate", "5k", "--size", "3 KB", "--reads", "50k", "--response", "10 KB")
    with tempfile.TemporaryDirectory() as folder:
        answer = run("estimate", *words, folder=Path(folder), colour=True).rstrip()
    typed = " ".join(f"'{word}'" if " " in word else word for word in words)
    return picture("sdcli estimate", f"$ sdcli estimate {typed}\n{answer}\n")


@cache
def _interview() -> str:
    with tempfile.TemporaryDirectory() as folder:
        return run(
            "interview", "url-shortener", "--answers", str(DEMO), folder=Path(folder), colour=True
        )


def picture_interview() -> str:
    """The middle of the recorded interview: flows, and the design drawn from them."""
    return picture("sdcli interview url-shortener", _cut(_interview(), "Flows", "Take one"))


def picture_predict() -> str:
    """A prediction of the recorded interview, and the run beside it."""
    return picture("predict, then run", _cut(_interview(), "Predict, then run", "Decision"))


def picture_report() -> str:
    """The end of the recorded interview: the report, down to its first step."""
    return picture("the report", _cut(_interview(), "Report", "a model answer"))


def proven() -> str:
    """The digests of the shipped scenarios, once the models have read them all."""
    for name in scenario_ids():
        load_scenario(name)
    return "".join(f"{line}\n" for line in digests(ROOT / "knowledge" / "scenarios"))


CHANGED = ("burst_size: {value: 200 request", "burst_size: {value: 400 request")


def picture_check() -> str:
    """A check of a gallery document after one of its assumptions changed."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(DESIGNS / "rate-limiter", Path(folder) / "rate-limiter")
        design = Path(folder) / "rate-limiter" / "design.yaml"
        text = design.read_text(encoding="utf-8")
        if CHANGED[0] not in text:
            sys.exit("the design of the picture has another burst_size")
        design.write_text(text.replace(*CHANGED), encoding="utf-8")
        told = run("doc", "check", "rate-limiter", folder=Path(folder), colour=True)
    return picture("sdcli doc check rate-limiter", told)


def documents() -> None:
    """Build the documents of the gallery and of the architecture where something changed."""
    from sdcli.core.clock import SystemClock
    from sdcli.documents import build

    for design in sorted([*DESIGNS.glob("*/design.yaml"), ARCHITECTURE]):
        build(design, clock=SystemClock())


OUTPUTS: dict[str, Callable[[], str]] = {
    "docs/help.md": help_pages,
    "docs/calculators.md": calculators,
    "docs/interview.md": interview_phases,
    "docs/scorer.md": scorer.page,
    "knowledge/proven.txt": proven,
    "docs/pictures/calc.svg": picture_calc,
    "docs/pictures/check.svg": picture_check,
    "docs/pictures/estimate.svg": picture_estimate,
    "docs/pictures/lab.svg": picture_lab,
    "docs/pictures/ring.svg": picture_ring,
    "docs/pictures/limiters.svg": picture_limiters,
    "docs/pictures/interview.svg": picture_interview,
    "docs/pictures/predict.svg": picture_predict,
    "docs/pictures/report.svg": picture_report,
}


def main() -> None:
    """Write every output that differs from what stands in its file."""
    documents()
    for name, make in OUTPUTS.items():
        path = ROOT / name
        text = make()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_atomic(path, text)
            sys.stdout.write(f"wrote {name}\n")


if __name__ == "__main__":
    main()
