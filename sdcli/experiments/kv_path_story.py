"""The story of a write and a read: what was seen of them, and how it is told, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdcli.experiments.contract import Frame
from sdcli.experiments.kv_formulas import KEY_BYTES
from sdcli.experiments.kv_shape import RECORD_BYTES
from sdcli.reference.hashing.drawing import Drawing
from sdcli.reference.kv.engine.explain import NO, PERHAPS, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOLD_MAX = 0.4
_WATCHED = 3.6  # seconds, in all
_SAID = 26  # columns of what a part says
_READS_AT = 58  # the column of what is read


@dataclass
class Path:
    """What was seen of a write and a read.

    Args:
        wrote: bytes of the value that was written.
        holds: bytes of the values in the store that is read.
        calls: of the disk until the put returned.
        later: until it was durable.
        seq: the number of the operation.
        steps: of the read, as it was told.
        reads: bytes of each read of the disk, as it was.
        again: the same when it was made once more.
        is_right: the answers were.
    """

    wrote: int
    holds: int
    calls: list[tuple[str, str, int]] = field(default_factory=list)
    later: list[tuple[str, str, int]] = field(default_factory=list)
    seq: int = 0
    steps: list[Step] = field(default_factory=list)
    reads: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    is_right: bool = False

    @property
    def logged(self) -> int:
        """Bytes that were appended to the log."""
        return sum(size for call, _, size in self.calls + self.later if call == "append")

    def of(self, part: str, said: str = "") -> int:
        """How many steps ask such a part and hear that."""
        return sum(step.part == part and said in ("", step.said) for step in self.steps)

    @property
    def told(self) -> list[int]:
        """The reads of the disk as they were told."""
        return [size for step in self.steps for size in step.disk_reads]

    @property
    def blocks(self) -> list[int]:
        """Bytes of each block of data that is read."""
        return [
            step.disk_reads[-1] for step in self.steps if step.part == "block" and step.disk_reads
        ]


def frames_of(path: Path, depth: str, sync: str) -> Iterator[Frame]:
    """The story, a line more in each frame.

    Args:
        path: what was seen.
        depth: where the key is.
        sync: the mode of the write.
    """
    lines = [*_write_lines(path, sync), *_read_lines(path)]
    heads = [i for i, (_, ink) in enumerate(lines) if ink == "head"]
    hold = min(_HOLD_MAX, _WATCHED / len(lines))
    for count in range(1, len(lines) + 1):
        if count - 1 in heads or not lines[count - 1][0]:
            continue
        drawing = Drawing()
        for text, ink in lines[:count]:
            letters = "" if ink == "head" else ink * len(text.rstrip())
            drawing = drawing.above(Drawing((text,), (letters.ljust(len(text)),)))
        is_last = count == len(lines)
        yield Frame(
            title=f"a write and a read, {depth.replace('-', ' ')}, sync {sync}",
            lines=drawing.lines,
            progress=count / len(lines),
            inks=drawing.inks,
            hold=0.0 if is_last else hold,
        )


def _write_lines(path: Path, sync: str) -> Iterator[tuple[str, str]]:
    """Each line, and its ink: the memory's, the disk's, or that of an answer."""
    yield f"PUT a key of {KEY_BYTES} bytes, a value of {path.wrote:,}", "head"
    memory = f"  memory   operation {path.seq:,} stands in the memtable: reads see it", "b"
    returned = "  put returns", "d"
    calls = [*path.calls, ("return", "", 0), *path.later]
    if sync == "group":
        yield memory
    synced = False
    for call, name, size in calls:
        if call == "append":
            parts = f"{RECORD_BYTES} + {KEY_BYTES} + {path.wrote:,}"
            yield f"  log      {size:,} bytes behind the rest of {name}: {parts}", "a"
        elif call == "sync" and not synced:
            synced = True
            yield f"  disk     {name} is synced: it survives a power cut from here on", "a"
        elif call == "return":
            if sync != "group":
                yield memory
            yield returned
            if not synced:
                yield "  ...      until somebody asks for a sync, or the group is full:", " "
    yield "", " "


def _read_lines(path: Path) -> Iterator[tuple[str, str]]:
    cut = f", values cut to {path.holds:,}" if path.holds < path.wrote else ""
    yield f"{f'GET it, in a store just opened{cut}':<{_READS_AT}}bytes read", "head"
    before = ""
    for step in path.steps:
        where = "" if step.asked == before else step.asked
        level = f"level {step.level}" if where and step.part not in ("memtable", "range") else ""
        before = step.asked
        part = "" if step.part in ("memtable", "range") else f"{step.part}:"
        said = "no table has it in its range" if step.part == "range" else step.said
        reads = " + ".join(f"{size:,}" for size in step.disk_reads)
        if step.part == "filter" and len(step.disk_reads) > 1:
            reads = reads.replace(" + ", " of footer + ", 1)
        told = f"  {level:<8}{where:<14}{part:<8}{said:<{_SAID}}{reads}".rstrip()
        ink = "d" if step.is_answer else "e" if step.said == NO else "b"
        yield told, ink if step.said != PERHAPS else "b"
    if not path.steps[-1].is_answer:
        yield "  nobody knows it: there is no such key", "d"
