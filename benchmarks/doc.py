"""How long design documents take: a check by hashes against `sdcli --help`, and a full build.

    make bench

Claims: `sdcli doc check --fast` takes at most 4 times what `sdcli --help` does, and a full build of
the largest design at most 10 s. The design is the one with most blocks under `examples/designs`,
copied to a folder of its own. Three checks are timed: of a document as it was built, of one whose
design has another title (so that the check must look at everything), and the full one. Runs are
interleaved, so that a busy moment of the machine hits them alike; medians are printed, with the
machine beside them.
"""

from __future__ import annotations

import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 15
CHECK_TO_HELP_MAX = 4.0
BUILD_S_MAX = 10.0
DESIGNS = Path(__file__).resolve().parents[1] / "examples" / "designs"
SDCLI = str(Path(sys.executable).with_name("sdcli"))


def seconds(*words: str) -> float:
    start = time.perf_counter()
    done = subprocess.run([SDCLI, *words], check=False, capture_output=True, text=True)
    took = time.perf_counter() - start
    if done.returncode not in (0, 1):
        sys.exit(f"sdcli {' '.join(words)}: {done.stderr}")
    return took


def blocks(design: Path) -> int:
    return sum(path.read_text().count("<!-- sdcli:begin ") for path in design.parent.glob("*.md"))


def told(claim: str, value: float, most: float, unit: str) -> str:
    verdict = "holds" if value <= most else "does not hold"
    return f"claim: {claim} {most:g}{unit}: {value:.2f}{unit}, {verdict}"


def main() -> None:
    largest = max(DESIGNS.glob("*/design.yaml"), key=blocks)
    with tempfile.TemporaryDirectory() as folder:
        fresh, renamed = Path(folder) / "fresh", Path(folder) / "renamed"
        shutil.copytree(largest.parent, fresh)
        built = seconds("doc", "build", "--fresh", str(fresh))
        shutil.copytree(fresh, renamed)
        design = renamed / "design.yaml"
        design.write_text(design.read_text().replace("\ntitle: ", "\ntitle: The ", 1))
        commands = {
            "--help": ("--help",),
            "check --fast": ("doc", "check", "--fast", str(fresh)),
            "check --fast, looks": ("doc", "check", "--fast", str(renamed)),
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, words in commands.items():
                times[name].append(seconds(*words))
        full = seconds("doc", "check", str(fresh))
        count = blocks(fresh / "design.yaml")
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    print(f"{platform.platform()}, Python {platform.python_version()}, {RUNS} interleaved runs")
    print(f"{largest.parent.name}, {count} blocks")
    print(f"{'command':<22}{'median ms':>10}{'min':>8}{'/ --help':>10}")
    for name, median in medians.items():
        low = min(times[name]) * 1000
        print(f"{name:<22}{median * 1000:>10.1f}{low:>8.1f}{median / medians['--help']:>10.2f}")
    print(f"full build {built:.2f} s, full check {full:.2f} s")
    ratio = medians["check --fast"] / medians["--help"]
    print(told("doc check --fast within the time of --help, times", ratio, CHECK_TO_HELP_MAX, ""))
    print(told("a full build within", built, BUILD_S_MAX, " s"))


if __name__ == "__main__":
    main()
