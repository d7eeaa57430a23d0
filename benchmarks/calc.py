"""How long a one-shot sum takes, from the shell's prompt to the answer, against other calculators.

    make bench

Claims: `sdcli calc` takes at most qalc's wall time, and at most 6 times what `python -c pass` of
the same environment takes. The sum is one that all of them can do. Runs are interleaved, so that
a busy moment of the machine hits all alike; medians are printed, with the machine beside them.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 21
PYTHON_MAX = 6.0
QALC_MAX = 1.0
SDCLI = str(Path(sys.executable).with_name("sdcli"))
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "sdcli calc": [SDCLI, "calc", "1 MB * 30e6/day * 5 year to PB"],
    "sdcli calc, a range": [SDCLI, "calc", "(1 MB to 4 MB) * 30e6/day * 5 year to PB"],
    "sdcli calc, 10,000 draws": [SDCLI, "calc", "(1 MB to 4 MB) + (2 MB to 3 MB)"],
    "qalc": ["qalc", "-t", "1 MB * 30e6/day * 5 year to PB"],
    "units": ["units", "-t", "1 MB * 30e6/day * 5 year", "PB"],
    "pint-convert": [str(Path(sys.executable).with_name("pint-convert")), "54.75PB", "TB"],
}


def wall_ms(command: list[str]) -> float:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    present = {name: line for name, line in COMMANDS.items() if shutil.which(line[0])}
    missing = [name for name in COMMANDS if name not in present]
    times: dict[str, list[float]] = {name: [] for name in present}
    for turn in range(RUNS + 1):
        for name, command in present.items():
            took = wall_ms(command)
            if turn:  # the first run fills caches
                times[name].append(took)
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"{platform.platform()}, Python {platform.python_version()}, {RUNS} interleaved runs")
    print(f"{'command':<26}{'median ms':>10}{'min':>8}{'/ python':>10}")
    for name, median in medians.items():
        ratio = median / medians["python -c pass"]
        print(f"{name:<26}{median:>10.1f}{min(times[name]):>8.1f}{ratio:>10.2f}")
    for peer, limit in (("python -c pass", PYTHON_MAX), ("qalc", QALC_MAX)):
        if peer in medians:
            ratio = medians["sdcli calc"] / medians[peer]
            verdict = "holds" if ratio <= limit else "does not hold"
            print(f"claim: sdcli calc within {limit:g} times {peer}: {ratio:.2f}, {verdict}")
    if missing:
        print(f"not installed, not measured: {', '.join(missing)}")
        if os.environ.get("CI") == "true":
            sys.exit(1)


if __name__ == "__main__":
    main()
