"""How long commands take to start, as ratios to what they cannot do without.

    make bench

Claims: `sdcli --help` starts within 1.5 times what `python -c "import typer"` takes,
`sdcli calc` without typer at all, and `sdcli score --json` is done within 0.3 s. Runs of all
commands are interleaved, so that a busy moment of the machine hits them alike; medians are
printed, with the machine beside them.
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 15
HELP_TO_TYPER_MAX = 1.5
SCORE_MS_MAX = 300
ANSWER = Path(__file__).resolve().parents[1] / "tests" / "scoring" / "answers" / "url-shortener.md"
SDCLI = str(Path(sys.executable).with_name("sdcli"))
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import typer": [sys.executable, "-c", "import typer"],
    "sdcli --help": [SDCLI, "--help"],
    "sdcli --version": [SDCLI, "--version"],
    "sdcli calc": [SDCLI, "calc", "100M link/month to link/s"],
    "sdcli scenarios": [SDCLI, "scenarios"],
    "sdcli score": [SDCLI, "score", "url-shortener", str(ANSWER), "--json"],
}


def wall_ms(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            times[name].append(wall_ms(command))
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"{platform.platform()}, Python {platform.python_version()}, {RUNS} interleaved runs")
    print(f"{'command':<18}{'median ms':>10}{'min':>8}{'/ import typer':>16}{'/ python':>10}")
    for name, median in medians.items():
        print(
            f"{name:<18}{median:>10.1f}{min(times[name]):>8.1f}"
            f"{median / medians['import typer']:>16.2f}{median / medians['python -c pass']:>10.2f}"
        )
    ratio = medians["sdcli --help"] / medians["import typer"]
    verdict = "holds" if ratio <= HELP_TO_TYPER_MAX else "does not hold"
    print(f"claim: --help within {HELP_TO_TYPER_MAX} times import typer: {ratio:.2f}, {verdict}")
    took = medians["sdcli score"]
    verdict = "holds" if took <= SCORE_MS_MAX else "does not hold"
    print(f"claim: one answer is scored within {SCORE_MS_MAX} ms: {took:.0f} ms, {verdict}")


if __name__ == "__main__":
    main()
