"""kv.bloom: how many keys that are not there get past a filter, and what they cost.

Most tables that are asked for a key do not have it. A Bloom filter knows that without a read of the
disk, for a few bits a key; now and then it says "perhaps" of a key that is not there, and the read
is in vain. How often is a matter of two numbers:

    bits a key   each bit more makes it 0.62 times as often (0.62 = 1/2^ln 2)
    probes       bits that a key sets; best is ln 2 times the bits a key, when half the row is set

The other mistake must never happen: that it says "no" of a key that is there.

The run builds a filter of its keys and asks it for all of them and for as many others as one likes.
Then it builds real tables with such filters, asks all of them for keys that are not there, as a
read of an absent key asks each level, and counts how often a block was looked into.

The filter takes its probes from two hashes, h1 + i h2. Two keys for which both are equal cannot be
told apart; that adds about n/m^2 to the formula, which is only seen in filters of a few keys.

Sources: B. H. Bloom, "Space/Time Trade-offs in Hash Coding with Allowable Errors", Communications
of the ACM 13(7), 1970; A. Kirsch and M. Mitzenmacher, "Less Hashing, Same Performance: Building a
Better Bloom Filter", ESA 2006.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.core.chance import Chance
from sdcli.experiments.contract import (
    Experiment,
    Frame,
    Metric,
    Predict,
    Result,
    Watch,
    integer,
)
from sdcli.experiments.scaling import KEYS_MAX, cut, many, scale_of
from sdcli.reference.hashing.drawing import Drawing, bar
from sdcli.reference.kv.engine import bloom
from sdcli.reference.kv.engine.cache import Cache
from sdcli.reference.kv.engine.counted_fs import CountedFS
from sdcli.reference.kv.engine.sim_disk import SimDisk
from sdcli.reference.kv.engine.table_reader import Table
from sdcli.reference.kv.engine.table_writer import TableWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS_BUDGET = 60_000
LOOKUPS_BUDGET = 100_000
TABLE_KEYS_BUDGET = 20_000  # in all tables together
TABLE_LOOKUPS_BUDGET = 40_000  # of single tables
CURVE_BUDGET = 4_000  # keys, and lookups, for each row of the picture

_CURVE = (2, 4, 6, 8, 10, 12, 14, 16)  # bits a key
_HOLD = 0.25
_BAR_WIDTH = 36
_DECADES = 4  # the bar begins at one in 10^4
_ERRORS = 5  # standard errors of counting
_MORE = 1.5  # times the formula, at most


@dataclass(frozen=True)
class Params:
    """A filter, and who is asked."""

    keys: int = integer(50_000, low=100, high=KEYS_MAX, unit="key", help="keys in the filter")
    filter_bits: int = integer(10, low=1, high=64, help="bits of a filter for each key")
    probes: int = integer(7, low=1, high=30, help="bits that each key sets")
    lookups: int = integer(
        100_000, low=100, high=KEYS_MAX, unit="key", help="keys asked for that are not there"
    )
    tables: int = integer(8, low=1, high=100, help="tables that a read of an absent key asks")


@dataclass(frozen=True)
class _Filter:
    """What one filter was seen to do."""

    passed: int
    asked: int
    missed: int  # of its own keys: must be none
    theory: float
    collision: float  # two keys with the same two hashes
    set_share: float
    bytes: int

    @property
    def share(self) -> float:
        return self.passed / self.asked

    def breaks(self) -> bool:
        """Whether it let more through than theory and chance allow."""
        expected = self.theory + self.collision
        error = math.sqrt(max(expected, 1 / self.asked) / self.asked)
        return self.share > _MORE * expected + _ERRORS * error


def run(params: Params, seed: int, watch: Watch | None = None) -> Result:
    """Build the filter, ask it, then ask tables.

    Cost: a microsecond for each of at most KEYS_BUDGET keys, twice, and for each of LOOKUPS_BUDGET
    others; and the tables.
    """
    count = min(params.keys, KEYS_BUDGET)
    lookups = min(params.lookups, LOOKUPS_BUDGET)
    found = _asked(seed, count, lookups, params.filter_bits, params.probes)
    if watch:
        for frame in _frames(params, seed):
            watch(frame)
    wasted, in_tables = _tables(params, seed)
    best = bloom.best_probes(params.filter_bits)
    best_theory = bloom.false_positive_theory(1, params.filter_bits, best)
    metrics = {
        "false_positives": found.share,
        "theory": found.theory,
        "theory_best": best_theory,
        "best_probes": float(best),
        "false_negatives": float(found.missed),
        "set_share": found.set_share,
        "memory": float(
            found.bytes if count == params.keys else params.keys * params.filter_bits / 8
        ),
        "wasted_reads": wasted,
        "wasted_theory": params.tables * in_tables.theory,
        "reads_without": float(params.tables),
    }
    broken = []
    if found.missed:
        broken.append(f"the filter denied {many(found.missed, 'key')} that it has")
    if found.breaks():
        broken.append(
            f"{_percent(found.share)} got past the filter, the formula has {_percent(found.theory)}"
        )
    if in_tables.breaks():
        broken.append(f"{_percent(in_tables.share)} got past the tables' filters")
    return Result(
        metrics=metrics,
        verdict="fails" if broken else "holds",
        note=f"Broken: {'; '.join(broken)}." if broken else _note(params, metrics),
        scale=scale_of(
            cut(count, params.keys, "keys", "shares carry over, and memory was worked out"),
            cut(lookups, params.lookups, "lookups", "shares carry over, with more noise"),
        ),
        not_carried=tuple(
            name for name in metrics if name == "false_negatives" and count < params.keys
        ),
    )


def _key(seed: int, number: int) -> bytes:
    return b"%d/key-%012d" % (seed, number)


def _other(seed: int, number: int) -> bytes:
    """A key that is not there, in the midst of those that are."""
    return b"%d/key-%012d." % (seed, number)


def _asked(seed: int, count: int, lookups: int, bits_each: int, probes: int) -> _Filter:
    keys = [_key(seed, i) for i in range(count)]
    row = bloom.build(keys, bits_each, probes)
    bits, _ = bloom.HEADER.unpack_from(row)
    return _Filter(
        passed=sum(bloom.may_contain(row, _other(seed, i)) for i in range(lookups)),
        asked=lookups,
        missed=count - sum(bloom.may_contain(row, key) for key in keys),
        theory=bloom.false_positive_theory(count, bits, probes),
        collision=4 * count / bits**2,
        set_share=int.from_bytes(row[bloom.HEADER.size :], "little").bit_count() / bits,
        bytes=len(row),
    )


def _tables(params: Params, seed: int) -> tuple[float, _Filter]:
    """Blocks read for each key that no table has, and what the tables' filters did together."""
    each = max(20, min(params.keys, TABLE_KEYS_BUDGET) // params.tables)
    lookups = max(1, min(params.lookups, TABLE_LOOKUPS_BUDGET // params.tables))
    fs, cache = CountedFS(SimDisk(seed)), Cache(1 << 30)
    store_id = fs.fresh_id()
    tables = []
    for number in range(1, params.tables + 1):
        writer = TableWriter(
            fs,
            number,
            store_id,
            level=0,
            filter_bits=params.filter_bits,
            filter_probes=params.probes,
        )
        # Every table covers the whole key space and has other keys than the rest.
        keys = [_key(seed, i * params.tables + number) for i in range(each)]
        writer.add_many(keys, [b""] * each)
        tables.append(Table(fs, writer.finish(), store_id, cache))
    chance = Chance(seed).child("tables")
    for _ in range(lookups):
        key = _other(seed, params.tables + chance.below(each * params.tables))
        for table in tables:
            table.get(key)
    passed = sum(lookups - table.filter_stops for table in tables)
    bits = len(bloom.blank(each, params.filter_bits))
    seen = _Filter(
        passed=passed,
        asked=lookups * params.tables,
        missed=0,
        theory=bloom.false_positive_theory(each, bits, params.probes),
        collision=4 * each / bits**2,
        set_share=0.0,
        bytes=0,
    )
    return passed / lookups, seen


def _percent(share: float) -> str:
    return f"{_figure(share * 100)} %"


def _of_1000(share: float) -> str:
    return _figure(share * 1000)


def _figure(number: float) -> str:
    """Three digits of a number, as a person writes it.

    >>> [_figure(number) for number in (0, 4e-9, 0.04593, 81.94, 999.6)]
    ['0', '<0.001', '0.0459', '81.9', '1,000']
    """
    if 0 < number < 0.001:  # noqa: PLR2004 - what stands there
        return "<0.001"
    return f"{float(f'{number:.3g}'):,.15g}"


def _note(params: Params, metrics: dict[str, float]) -> str:
    told = (
        f"Of 1,000 keys that are not there {_of_1000(metrics['false_positives'])} got past a "
        f"filter of {many(params.filter_bits, 'bit')} a key with {many(params.probes, 'probe')} "
        f"(the formula has {_of_1000(metrics['theory'])}); none that is there was denied. A read "
        f"that asks {many(params.tables, 'table')} in vain reads "
        f"{_figure(metrics['wasted_reads'])} blocks instead of {params.tables}."
    )
    if params.probes != metrics["best_probes"]:
        told += (
            f" {many(int(metrics['best_probes']), 'probe')} would let through "
            f"{_of_1000(metrics['theory_best'])}."
        )
    return told


def _frames(params: Params, seed: int) -> Iterator[Frame]:
    """Rows for more and more bits a key, each with its best probes."""
    count = max(100, min(CURVE_BUDGET, params.keys))
    drawing = Drawing.plain(
        "bits  probes  of 1,000 absent keys get through",
        "a key          counted  formula   1 in 10,000 ... to 1 in 1",
    )
    widths = sorted({*_CURVE, params.filter_bits})
    for done, bits in enumerate(widths, 1):
        probes = params.probes if bits == params.filter_bits else bloom.best_probes(bits)
        one = _asked(seed, count, count, bits, probes)
        mark = "<" if bits == params.filter_bits else " "
        counted, theory = _of_1000(one.share), _of_1000(one.theory)
        head = f"{bits:>4}   {probes:>5} {counted:>8} {theory:>8}   "
        drawn = bar(_length(one.share), _BAR_WIDTH)
        line = f"{head}{drawn:<{_BAR_WIDTH}} {mark}".rstrip()
        ink = "a" if mark == "<" else "b"
        row = Drawing((line,), (f"{' ' * len(head)}{ink * len(drawn)}".ljust(len(line)),))
        drawing = drawing.above(row)
        yield Frame(
            title=f"filters of {many(count, 'key')}, asked for as many others",
            lines=drawing.lines,
            progress=done / len(widths),
            inks=drawing.inks,
            hold=_HOLD if done < len(widths) else 0.0,
        )


def _length(share: float) -> float:
    """A share on a scale of powers of ten: 1 is a whole bar, one in 10^_DECADES none."""
    return 1 + math.log10(share) / _DECADES if share else 0.0


def _question(params: Params) -> str:
    return (
        f"A filter has {many(params.filter_bits, 'bit')} for each of its {params.keys:,} keys, and "
        f"each key sets {params.probes} of them. What share of the keys that are not there gets "
        "past it, as a number like 0.1 or in percent?"
    )


def _explain(params: Params, result: Result) -> str:
    metrics = result.metrics
    return (
        f"{_percent(metrics['false_positives'])}. After all keys the share of bits that are set is "
        f"{_percent(metrics['set_share'])}, and a key gets through when all its "
        f"{params.probes} are: (1 - e^(-{params.probes}/{params.filter_bits}))^{params.probes} = "
        f"{_percent(metrics['theory'])}. The best number of probes is ln 2 times the bits a "
        f"key, here {metrics['best_probes']:.0f}: then half of the bits are set, and each bit a "
        "key more takes away 38 % of what gets through. It does not depend on how many keys there "
        "are."
    )


EXPERIMENT = Experiment(
    name="kv.bloom",
    title="What gets past a Bloom filter",
    claim=(
        "A filter never denies a key that it has; keys that it has not get past it as often as "
        "(1 - e^(-kn/m))^k says, at most 1.5 times that, and cost a read each."
    ),
    source="Bloom, CACM 13(7), 1970; Kirsch and Mitzenmacher, ESA 2006",
    revision=1,
    Params=Params,
    metrics=(
        Metric(
            "false_positives",
            "",
            less_is_better=True,
            title="absent keys that get through",
            theory="theory",
        ),
        Metric("theory", "", less_is_better=None, title="(1 - e^(-kn/m))^k"),
        Metric("theory_best", "", less_is_better=None, title="the same with the best probes"),
        Metric("best_probes", "", less_is_better=None, title="ln 2 times the bits a key"),
        Metric("false_negatives", "key", less_is_better=True, title="keys denied that are there"),
        Metric("set_share", "", less_is_better=None, title="bits of the row that are set"),
        Metric("memory", "B", less_is_better=True, title="the filter"),
        Metric(
            "wasted_reads",
            "",
            less_is_better=True,
            title="blocks looked into for an absent key",
            theory="wasted_theory",
        ),
        Metric("wasted_theory", "", less_is_better=None, title="tables times their formula"),
        Metric("reads_without", "", less_is_better=None, title="the same without filters"),
    ),
    predict=Predict(
        question=_question,
        metric="false_positives",
        tolerance=0.3,
        explain=_explain,
        example="20 % or 0.2",
    ),
    run=run,
)
