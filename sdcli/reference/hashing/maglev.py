"""Maglev: a table in which the nodes take their rows in turns; a lookup reads one row.

A load balancer asks "who?" once a packet, so the answer has to be one step. Maglev works it out
beforehand for each of M rows, and a key's row is `hash mod M`. The table is what is clever: each
node has its own order of preference over all rows, and the nodes take turns, each turn taking the
first row of one's own order that is still free.

                 order of preference, M = 7          turn   takes       the table
    b0   offset 3, skip 4    3 0 4 1 5 2 6            b0     3       row 0 1 2 3 4 5 6
    b1   offset 0, skip 2    0 2 4 6 1 3 5            b1     0           b b b b b b b
    b2   offset 3, skip 1    3 4 5 6 0 1 2            b2     4           1 0 1 0 2 2 0
                                                      b0     1, and so on

Taking turns makes the shares even, to one row. The orders make them stable: when a node goes, the
others find their first choices where they were, and most rows keep their node. Most, not all: a row
that falls free goes to whoever has the next turn, who then does without another. So some keys move
between nodes that stay. Of all keys, when one of n nodes comes or goes (measured, 65,537 rows):

    nodes    must move    move beside that        with 655,373 rows
       10        9.1 %               0.3 %                   0.06 %
      100        1.0 %               0.6 %                    0.1 %
     1000        0.1 %               0.6 %                    0.3 %

Weights are turns left out. A node of weight w takes its row number c (from 0) in round
ceil(c * heaviest / w), or in the round after its last row, whichever is later: the heaviest takes
one in each round. In round 1 everybody takes one: any weight above 0 gets a row.

Sources: D. Eisenbud and others, "Maglev: a fast and reliable software network load balancer", NSDI
2016, section 3.4 (the table; it wants M > 100 n, then shares differ by at most 1 %) and table 1
(the example above); Envoy's documentation on load balancers (weights; tables of at most
5,000,011 rows). Neither bounds what moves beside what must; in Envoy's simulations about twice
the keys of a ring moved.

Invariants (`check()` asserts them):
    1. M is prime, so every skip from 1 to M - 1 leads through all rows.
    2. Nodes take turns in order of name, so that the order in which they came makes no difference.
    3. Every node of weight above 0 has a row, and no other node has one.
    4. Nodes of equal weight differ by at most one row.

Cost: lookup O(1); build, add and remove make the table anew, O(M log M), fewer than 12 looks for
each of 65,537 rows, and for unequal weights a heap of the next turns; so does check, to compare.
In Python that is some 20 s for the largest table, of 5,000,011 rows, and 0.05 s for 65,537. Memory:
M references, 8 bytes each.

>>> place = Maglev(["a", "b", "c"])
>>> [place.rows_of()[node] for node in "abc"]                  # 65,537 = 3 * 21,845 + 2
[21846, 21846, 21845]
>>> Maglev({"small": 1, "big": 2}).rows_of()                   # as Envoy's documentation has it
{'small': 21846, 'big': 43691}
>>> many = Maglev([f"n{i}" for i in range(100)])
>>> move = many.plan(many.add("new"))                          # 1 in 101 must move
>>> f"{move.share:.4f} move, {move.received['new']:.4f} to the new node"
'0.0162 move, 0.0099 to the new node'
"""

from __future__ import annotations

# ruff: noqa: S101 - check() asserts, that is its promise
from array import array
from collections import Counter
from heapq import heapify, heapreplace
from itertools import cycle, islice
from math import isqrt
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.reference.hashing.drawing import letters
from sdcli.reference.hashing.hashes import SPACE, mix, positions_of, shown, to_bytes
from sdcli.reference.hashing.placement import Placement, Work
from sdcli.reference.hashing.shares import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sdcli.reference.hashing.hashes import Keys
    from sdcli.reference.hashing.placement import Distinct

ROWS_MAX = 5_000_011  # a prime; Envoy takes no larger table either
ROWS_PER_NODE = 100  # what the paper asks for

_NUMBER_BYTES = 4  # of a row's entry, a node's number
_ROWS_DRAWN = 64


class Maglev(Placement):
    """A table of rows, each with its node. Immutable, like every placement here.

    Args:
        nodes: names, or a mapping of names to weights.
        rows: M, a prime above the number of nodes; 100 times that number for even shares.
        hash: the name of the hash, `blake2b` or `xxh3`.
        zones: the zone of each node, by name; all of them or none.

    Raises:
        InputError: nodes, weights, zones or rows that cannot be.
        MissingError: the hash needs a package that is not installed.

    Shape: `_table` has the name for each row, and is empty where no node can own anything.
    """

    __slots__ = ("_rows", "_table")

    NAME = "maglev"
    WEIGHTED = True

    _table: list[str]

    def __init__(
        self,
        nodes: Iterable[str] | Mapping[str, float],
        rows: int = 65_537,
        hash: str = "blake2b",  # noqa: A002 - the name that every placement and design uses
        zones: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(nodes, hash, zones)
        _refuse_rows(rows, len(self._weights))
        self._rows = rows
        self._fill()

    # ---- lookup

    def lookup(self, key: str | bytes) -> str:
        """The node that holds `key`. Cost: one hash, one division.

        Raises:
            InputError: no node can own anything, or the key is neither text nor bytes.
        """
        # owner_at, written out: a call would cost as much as the division and the table.
        try:
            position = self._hash(key.encode() if type(key) is str else to_bytes(key))
        except UnicodeEncodeError:
            position = self._hash(to_bytes(key))  # which says what is wrong with the text
        try:
            return self._table[position % self._rows]
        except IndexError:
            raise self._empty() from None

    def owner_at(self, position: int) -> str:
        """The node of the row that the division leaves. Cost: O(1).

        Raises:
            InputError: no node can own anything.
        """
        if not self._table:
            raise self._empty()
        return self._table[position % self._rows]

    def lookup_batch(self, keys: Keys) -> array[int]:
        """As `Placement.lookup_batch`. Cost: a lookup each, without the call."""
        if not self._table:
            raise self._empty()
        table, rows = self._table, self._rows
        number = {name: i for i, name in enumerate(self._weights)}
        return array("i", [number[table[at % rows]] for at in positions_of(keys, self._hash)])

    def work(self, position: int) -> Work:  # noqa: ARG002 - every position costs the same
        """One hash, nothing to compare.

        Raises:
            InputError: no node can own anything.
        """
        if not self._table:
            raise self._empty()
        return Work(hashes=1, comparisons=0)

    # ---- shares

    @property
    def rows(self) -> int:
        """M, the rows of the table."""
        return self._rows

    @property
    def settings(self) -> dict[str, int]:
        """The rows."""
        return {"rows": self._rows}

    @property
    def table_bytes(self) -> int:
        """A node's number for each row."""
        return len(self._table) * _NUMBER_BYTES

    def rows_of(self) -> dict[str, int]:
        """How many rows each node has. Cost: O(rows)."""
        counts = Counter(self._table)
        return {node: counts[node] for node in self._weights}

    def widths(self) -> dict[str, int]:
        """How many of the SPACE positions each node owns: exact, no key is sampled.

        2^64 is no multiple of M: the first `2^64 mod M` rows have one position more than others.
        """
        counts, first = Counter(self._table), Counter(self._table[: SPACE % self._rows])
        each = SPACE // self._rows
        return {node: counts[node] * each + first[node] for node in self._weights}

    def arcs(self) -> dict[str, float]:
        """The exact share of each node: its width, rounded once to a float."""
        return {node: width / SPACE for node, width in self.widths().items()}

    def ranges(
        self, new: Maglev, replicas: int = 1, distinct: Distinct = "node"
    ) -> Iterator[Range]:
        """Who gives how many rows to whom; a row's keys lie everywhere. Cost: O(rows).

        Raises:
            InputError: more than one replica.
        """
        self._only_one_copy(replicas, distinct)
        pairs = list(zip(self._table, new._table, strict=False))
        first, each = Counter(pairs[: SPACE % self._rows]), SPACE // self._rows  # as `widths` says
        for pair, rows in Counter(pairs).items():
            source, target = pair
            if source != target:
                yield Range(source, target, (rows * each + first[pair]) / SPACE)

    # ---- changes

    def add(self, node: str, weight: float = 1.0, zone: str = "") -> Maglev:
        """A placement with one node more; this one stays as it is. Cost: the table anew.

        Raises:
            InputError: as `Placement.add` says, or the rows are no longer enough.
        """
        weights, zones = self._with(node, weight, zone)
        _refuse_rows(self._rows, len(weights))
        return self._like(weights, zones)

    def remove(self, node: str) -> Maglev:
        """A placement without this node; this one stays as it is. Cost: the table anew.

        Raises:
            InputError: no node has this name.
        """
        return self._like(*self._without(node))

    def _like(self, weights: dict[str, float], zones: Mapping[str, str]) -> Maglev:
        place = super()._like(weights, zones)
        place._rows = self._rows
        place._fill()
        return place

    def _fill(self) -> None:
        names = sorted(name for name, weight in self._weights.items() if weight > 0)
        hashes = [self._hash(to_bytes(name)) for name in names]
        orders = [(at % self._rows, mix(at) % (self._rows - 1) + 1) for at in hashes]
        numbers = fill(self._rows, orders, [self._weights[name] for name in names])
        self._table = [names[number] for number in numbers]

    # ---- the rest

    def _details(self) -> str:
        return f"{self._rows} rows, hash {self._hash_name}"

    def _picture(self) -> list[str]:
        """The first rows of the table, a letter each."""
        letter = letters(self.nodes)
        drawn = "".join(letter[node] for node in self._table[:_ROWS_DRAWN])
        return [f"{drawn}{'...' if self._rows > _ROWS_DRAWN else ''}"]

    def check(self) -> None:
        """Assert the invariants that the module names.

        Raises:
            AssertionError: one does not hold.
        """
        assert is_prime(self._rows), "1: the rows are no prime"
        assert self._table == self._like(self._weights, self._zones)._table, "2: another table"
        counts = self.rows_of()
        assert sum(counts.values()) == len(self._table), "3: a row of a stranger"
        assert sum(self.widths().values()) == (SPACE if self._table else 0), "3: not all positions"
        extremes: dict[float, tuple[int, int]] = {}
        for node, weight in self._weights.items():
            assert (counts[node] > 0) == (weight > 0), f"3: rows of {node}"
            low, high = extremes.get(weight, (counts[node], counts[node]))
            extremes[weight] = min(low, counts[node]), max(high, counts[node])
        assert all(high - low <= 1 for low, high in extremes.values()), "4: uneven turns"
        if self._table:
            self._check_owners(range(8))


def fill(
    rows: int, orders: Sequence[tuple[int, int]], weights: Sequence[float] | None = None
) -> list[int]:
    """The number of the node for each row.

    Args:
        rows: M, a prime, not below the number of nodes.
        orders: (offset, skip) of each node; its preferences are the rows offset + j * skip mod M.
        weights: above 0, one for each node; none means that all are equal.

    Cost: O(M log M) looks at the table.

    >>> fill(7, [(3, 4), (0, 2), (3, 1)])  # the paper's example
    [1, 0, 1, 0, 2, 2, 0]
    >>> fill(7, [(3, 4), (3, 1)])          # and without its b1
    [0, 0, 0, 0, 1, 1, 1]
    """
    if not orders:
        return []
    table, is_taken = [0] * rows, bytearray(rows)
    at = [offset for offset, _ in orders]  # where each node looks next
    skips = [skip for _, skip in orders]
    for node in islice(turns(weights or [1.0] * len(orders)), rows):
        row, skip = at[node], skips[node]
        while is_taken[row]:
            row = (row + skip) % rows
        is_taken[row] = 1
        table[row] = node
        at[node] = row  # taken now, so the next turn goes on from here
    return table


def turns(weights: Sequence[float]) -> Iterator[int]:
    """Whose turn it is, without end: round by round, and in each round in the order given.

    Whole numbers decide, so that no rounding can make two machines differ.

    >>> list(islice(turns([1, 2]), 9))  # rounds: 01 01 1 01 1 0...
    [0, 1, 0, 1, 1, 0, 1, 1, 0]
    """
    heaviest = max(weights)
    if all(weight == heaviest for weight in weights):
        yield from cycle(range(len(weights)))
    ratios = []  # heaviest / weight, as two whole numbers
    over, under = heaviest.as_integer_ratio()
    for weight in weights:
        high, low = weight.as_integer_ratio()
        ratios.append((over * low, under * high))
    taken = [0] * len(weights)
    due = [(1, node) for node in range(len(weights))]
    heapify(due)
    while True:
        now, node = due[0]
        yield node
        taken[node] += 1
        high, low = ratios[node]
        after = -(-taken[node] * high // low)  # rounded up
        heapreplace(due, (max(now + 1, after), node))


def is_prime(number: int) -> bool:
    """Whether only 1 and itself divide it. Cost: O(sqrt(number)).

    >>> [number for number in range(20) if is_prime(number)]
    [2, 3, 5, 7, 11, 13, 17, 19]
    """
    return number > 1 and all(number % factor for factor in range(2, isqrt(number) + 1))


def _prime_from(number: int) -> int:
    """The first prime that is not below, and no larger than a table may be."""
    return next((one for one in range(number, ROWS_MAX) if is_prime(one)), ROWS_MAX)


def _refuse_rows(rows: int, nodes: int) -> None:
    """Refuse a table that could not be filled.

    Raises:
        InputError: the rows are too few, too many or no prime.
    """
    is_number = isinstance(rows, int) and not isinstance(rows, bool)
    if is_number and nodes < rows <= ROWS_MAX and is_prime(rows):
        return
    if is_number and nodes < rows < ROWS_MAX:
        wanted, fix = "a prime: every node reaches every row", f"rows={_prime_from(rows)}"
    else:
        wanted = f"a prime above {nodes}, the nodes, and at most {ROWS_MAX}"
        fix = f"rows={_prime_from(max(2, ROWS_PER_NODE * nodes))}" if nodes < ROWS_MAX else ""
    raise InputError(
        "a maglev table cannot have that many rows",
        where="rows",
        given=shown(rows) if is_number else f"{shown(rows)} ({type(rows).__name__})",
        expected=wanted,
        fix=fix,
    )
