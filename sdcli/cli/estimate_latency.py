"""`sdcli estimate latency`: what operations take, in 2012, today, and on this machine.

Bars are logarithmic, since the ladder spans nine powers of ten: a block more is ten times longer.
Each operation is one line of 80 columns, so its bar shows both: what it takes today, and behind
that what it took in 2012.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from sdcli.cli.figures import figures
from sdcli.units import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from sdcli.cli.probe import Measured, Timing
    from sdcli.estimate.numbers import Latency, Number

_SHORTEST = 1e-10  # s; the left end of a bar
_DECADES = 10
_DIGITS = 3
_SCALE = "A block more is ten times longer; the first ends at 1 ns."
_PYTHON = (
    "Python: calling an empty function takes {call} here. That is taken off each row; what Python"
    " needs to enter the system and to wake a thread is still in it."
)
_PAGE_CACHE = (
    "Page cache: what was just written or read is answered from memory. The rows `cached` show"
    " that; for `from disk` the system was asked to let the file go (posix_fadvise)."
)
_IN_MEMORY = (
    "It kept the file all the same, or the folder lies in memory: `from disk` has met no disk."
    " $TMPDIR names another folder."
)
_SAME = 2.0  # a read from disk within this factor of a cached one has met no disk


def show_latency(*, measure: bool, as_json: bool) -> None:
    """Print the table; with `measure`, what this machine takes beside it."""
    from sdcli.cli.screen import console, print_json
    from sdcli.estimate.numbers import latencies

    known = latencies()
    measured = _measured() if measure else None
    if as_json:
        said: dict[str, Any] = {"latencies": [_latency_json(one) for one in known]}
        if measured is not None:
            said["measured"] = _measured_json(measured)
        print_json(said)
    elif measured is None:
        _show_known(console(), known)
    else:
        _show_measured(console(), measured, {one.id: one for one in known})


def _measured() -> Measured:
    """Time this machine, saying on a terminal what is being timed."""
    from sdcli.cli.estimate_probes import machine
    from sdcli.cli.probe import measure
    from sdcli.cli.screen import console, styled

    screen = console(stderr=True)
    clock = time.perf_counter
    with machine(clock) as probes:
        if not screen.is_terminal:
            return measure(probes, clock)
        with screen.status(styled("timing")) as status:
            return measure(probes, clock, say=lambda name: status.update(styled(f"timing: {name}")))


def _show_known(screen: Console, known: Iterable[Latency]) -> None:
    from sdcli.cli.screen import styled, table, write

    marks = _Marks(known)
    rows = table("operation", f">{marks.heading}", ">today", "", ">faster")
    for one in known:
        rows.add_row(
            styled(one.name),
            styled(marks.cell(one.then)),
            styled(marks.cell(one.now)),
            styled(_both(one)),
            styled(_times(one)),
        )
    screen.print(rows)
    screen.print()
    write(screen, f"{_SCALE} █ is today, ░ what it took more in {marks.heading}. Sources:")
    _show_legend(screen, marks)
    screen.print(styled("Time your own machine: sdcli estimate latency --measure"))


def _show_measured(screen: Console, measured: Measured, known: dict[str, Latency]) -> None:
    from sdcli.cli.screen import bar, styled, table, write

    beside = [known[one.probe.id] for one in measured.timings if one.probe.id in known]
    marks = _Marks(beside)
    rows = table("operation", ">here", "", f">{marks.heading}", ">today")
    for one in measured.timings:
        reference = known.get(one.probe.id)
        rows.add_row(
            styled(one.probe.name),
            styled(_here(one)),
            styled(bar(_blocks(one.seconds) / _DECADES, _DECADES) if one.seconds else ""),
            styled(marks.cell(reference.then if reference else None)),
            styled(marks.cell(reference.now if reference else None)),
        )
    screen.print(rows)
    screen.print()
    for note in _notes(measured):
        write(screen, note)
    screen.print()
    write(screen, f"{_SCALE} Sources:")
    _show_legend(screen, marks)


def _show_legend(screen: Console, marks: _Marks) -> None:
    """Year and source behind each letter."""
    from sdcli.cli.screen import write

    for mark, number in marks.legend.items():
        write(screen, f"{number.year}, {number.source}", label=f"  {mark} ")


def _notes(measured: Measured) -> list[str]:
    """What one has to know to read the numbers."""
    import sys
    import tempfile

    from sdcli.cli.estimate_probes import CACHED, FROM_DISK

    call = Quantity.of(measured.call_s, "s").display(_DIGITS)
    found = [_PYTHON.format(call=call), _PAGE_CACHE]
    took = {one.probe.id: one.seconds for one in measured.timings}
    cached, disk = took.get(CACHED), took.get(FROM_DISK)
    if cached and disk and disk < _SAME * cached:
        found.append(_IN_MEMORY)
    if sys.platform == "darwin":
        found.append("fsync on macOS does not wait for the drive's own cache.")
    found += [
        f"not measured: {one.probe.name}: {one.reason}"
        for one in measured.timings
        if one.seconds is None
    ]
    if disk is not None:
        found.append(f"The files were in {tempfile.gettempdir()}, and are gone.")
    return found


class _Marks:
    """A letter for each year and source, in the order in which they come up."""

    def __init__(self, known: Iterable[Latency]) -> None:
        self.legend: dict[str, Number] = {}
        self._mark: dict[tuple[int, str], str] = {}
        rows = list(known)
        for number in (*(one.then for one in rows), *(one.now for one in rows)):
            if number and (number.year, number.source.id) not in self._mark:
                mark = chr(ord("a") + len(self._mark))
                self._mark[number.year, number.source.id] = mark
                self.legend[mark] = number
        years = {one.then.year for one in rows if one.then}
        self.heading = str(years.pop()) if len(years) == 1 else "then"

    def cell(self, number: Number | None) -> str:
        """A value with its mark."""
        if number is None:
            return ""
        longest = Quantity.of(number.value.high, "s").unit  # 0.25 to 2 ms, and not 250 to 2000 us
        shown = number.value.to(longest or "s").display(_DIGITS)
        return f"{shown} {self._mark[number.year, number.source.id]}"


def _blocks(seconds: float) -> int:
    """How many blocks a time has on the logarithmic scale."""
    return min(max(round(math.log10(seconds / _SHORTEST)), 0), _DECADES)


def _both(one: Latency) -> str:
    """A bar for today, and behind it what the operation took more in 2012.

    Where only one of the two is known, it is a bar of that.
    """
    then, now = (_blocks(part.value.value) if part else 0 for part in (one.then, one.now))
    more = max(then - now, 0)
    return "█" * now + "░" * more + "·" * (_DECADES - now - more)


def _times(one: Latency) -> str:
    """How many times less it takes today; two figures where today's is a range."""
    if not (one.then and one.now):
        return ""
    low, high = one.then.value.value / one.now.value.high, one.then.value.value / one.now.value.low
    return f"{low:.2g}x" if low == high else f"{low:.2g}-{high:.2g}x"


def _here(one: Timing) -> str:
    return "-" if one.seconds is None else Quantity.of(one.seconds, "s").display(_DIGITS)


def _latency_json(one: Latency) -> dict[str, Any]:
    ratio = one.then.value.value / one.now.value.value if one.then and one.now else None
    return {
        "id": one.id,
        "name": one.name,
        "then": _number_json(one.then),
        "now": _number_json(one.now),
        "ratio": float(f"{ratio:.4g}") if ratio is not None else None,
    }


def _number_json(number: Number | None) -> dict[str, Any] | None:
    if number is None:
        return None
    return {
        **figures(number.value),
        "year": number.year,
        "source": str(number.source),
        "note": number.note,
    }


def _measured_json(measured: Measured) -> dict[str, Any]:
    return {
        "call_seconds": measured.call_s,
        "operations": [
            {
                "id": one.probe.id,
                "name": one.probe.name,
                "seconds": one.seconds,
                "runs": one.runs,
                "reason": one.reason or None,
            }
            for one in measured.timings
        ],
    }
