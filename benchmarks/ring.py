"""How fast the placements are, beside the packages that people use for the same work.

    make bench                       installs the peers (the extra `bench`) and runs this too

Peers: uhashring with its own hash (MD5) and with the same hash as ours, clandestined (rendezvous,
MurmurHash3 in C), jump-consistent-hash (in C). measured.py says how they take turns. No key is
looked up twice in a turn. Keys are texts of 20 bytes, made beforehand; the method is bound
beforehand; the garbage collector is off.

A change is the peer's in place and ours a new ring. The guide of a new ring is made by its first
lookup, so both are printed: the change alone, and the change with the first lookup after it.

With CI=true the run fails when a claim does not hold or a peer is missing.
"""

from __future__ import annotations

import gc
import platform
import sys
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

from measured import ROUNDS, TURN, Report, installed, machine, peer, race

from sdcli.core.errors import MissingError
from sdcli.reference.hashing import Modulo, Placement, Ring
from sdcli.reference.hashing.anchor import Anchor
from sdcli.reference.hashing.hashes import hash_named
from sdcli.reference.hashing.jump import Jump
from sdcli.reference.hashing.maglev import Maglev
from sdcli.reference.hashing.multi_probe import MultiProbe
from sdcli.reference.hashing.rendezvous import Rendezvous

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (10, 100, 1000)
LARGE = 10_000
KEYS = [f"user:{i:015d}" for i in range(5 * TURN)]
HEAVY_ROUNDS = 9  # of whole batches and of changes to large rings
POSITIONS = 1_000_000  # prehashed, in one batch; fewer where that takes more than BATCH_S
BATCH_S = 0.1
PEERS = {"uhashring": "2.5", "clandestined": "1.1.0", "jump-consistent-hash": "3.6.0"}

Rates = dict[tuple[str, int], float]


def names(count: int) -> list[str]:
    return [f"node-{i}" for i in range(count)]


def ours(hash_: str) -> dict[str, Callable[[list[str]], Placement]]:
    """The placements by name; those that are no claim's concern with the fast hash alone."""
    rings = {f"ring, {hash_}": lambda nodes: Ring(nodes, hash=hash_)}
    if hash_ == "blake2b":
        return rings
    kinds = {"maglev": Maglev, "jump": Jump, "anchor": Anchor, "modulo": Modulo}
    kinds |= {"rendezvous": Rendezvous, "multi-probe": MultiProbe}
    return rings | {
        f"{name}, {hash_}": lambda nodes, kind=kind: kind(nodes, hash=hash_)
        for name, kind in kinds.items()
    }


def uhashring(nodes: list[str], hash_: str | None) -> Any:
    """A ring of uhashring with its own hash (160 points a node, as ours), or with one of ours."""
    ring = peer("uhashring").HashRing
    if hash_ is None:
        return ring(nodes)
    of_bytes = hash_named(hash_)
    return ring(nodes, hash_fn=lambda key: of_bytes(key.encode()))


def lookups(hashes: list[str]) -> Rates:
    """Lookups per second of everybody, at every size."""
    contestants: dict[tuple[str, int], Callable[[Any], object]] = {}
    for size in SIZES:
        nodes = names(size)
        for hash_ in hashes:
            for name, make in ours(hash_).items():
                contestants[name, size] = make(nodes).lookup
        if peer("uhashring"):
            for hash_ in (None, *hashes):
                name = f"uhashring, {hash_ or 'md5'}"
                contestants[name, size] = uhashring(nodes, hash_).get_node
        if peer("clandestined"):
            contestants["clandestined, murmur3", size] = (
                peer("clandestined").RendezvousHash(nodes).find_node
            )
        if peer("jump") and "xxh3" in hashes:
            contestants["jump in C, xxh3", size] = jump_in_c(nodes)
    for hash_ in hashes:
        contestants[f"ring, {hash_}", LARGE] = Ring(names(LARGE), hash=hash_).lookup
    return race({name: (call, KEYS) for name, call in contestants.items()})


def jump_in_c(nodes: list[str]) -> Callable[[str], str]:
    bucket, hash_, count = peer("jump").hash, hash_named("xxh3"), len(nodes)
    return lambda key: nodes[bucket(hash_(key.encode()), count)]


def three_owners(hashes: list[str]) -> Rates:
    """Three different owners per second: ours, and uhashring's own way to ask for them."""
    contestants: dict[tuple[str, int], Callable[[Any], object]] = {}
    for size in SIZES:
        for hash_ in hashes:
            ring = Ring(names(size), hash=hash_)
            contestants[f"ring, {hash_}", size] = lambda key, ask=ring.lookup_n: ask(key, 3)
        if peer("uhashring"):
            for hash_ in (None, *hashes):
                ask = uhashring(names(size), hash_).range
                contestants[f"uhashring, {hash_ or 'md5'}", size] = lambda key, ask=ask: list(
                    ask(key, size=3, unique=True)
                )
    return race({name: (call, KEYS) for name, call in contestants.items()})


def changes(hashes: list[str]) -> dict[str, tuple[float, float]]:
    """Seconds to add a node to the largest size: alone, and with the first lookup after it."""
    size = SIZES[-1]
    mine = {f"ring, {hash_}": Ring(names(size), hash=hash_) for hash_ in hashes}
    theirs = {}
    if peer("uhashring"):
        for hash_ in (None, *hashes):
            theirs[f"uhashring, {hash_ or 'md5'}"] = uhashring(names(size), hash_)
    best = dict.fromkeys([*mine, *theirs], (float("inf"), float("inf")))
    gc.disable()
    for _ in range(HEAVY_ROUNDS):
        for name, ring in (mine | theirs).items():
            start = time.thread_time()
            if name in mine:
                lookup = ring.add("node-new").lookup
            else:
                ring.add_node("node-new")
                lookup = ring.get_node
            alone = time.thread_time() - start
            lookup(KEYS[0])
            both = time.thread_time() - start
            if name in theirs:
                ring.remove_node("node-new")
            best[name] = (min(best[name][0], alone), min(best[name][1], both))
    gc.enable()
    return best


def costs(hashes: list[str]) -> dict[str, tuple[float, float]]:
    """Seconds to build the largest size, first lookup included, and bytes on the heap per node."""
    size = SIZES[-1]
    makers: dict[str, Callable[[], Any]] = {}
    for hash_ in hashes:
        for name, make in ours(hash_).items():
            makers[name] = lambda make=make: make(names(size)).lookup
    if peer("uhashring"):
        makers["uhashring, md5"] = lambda: uhashring(names(size), None).get_node
    if peer("clandestined"):
        makers["clandestined, murmur3"] = lambda: (
            peer("clandestined").RendezvousHash(names(size)).find_node
        )
    found = {}
    for name, make in makers.items():
        took = []
        for _ in range(3):
            start = time.thread_time()
            make()(KEYS[0])
            took.append(time.thread_time() - start)
        tracemalloc.start()
        made = make()
        made(KEYS[0])
        found[name] = (min(took), tracemalloc.get_traced_memory()[0] / size)
        tracemalloc.stop()
        del made
    return found


def batches() -> Rates:
    """Positions per second in one batch, by numpy, of each placement at every size."""
    import numpy as np

    from sdcli.reference.hashing.adapters.numpy import BLOCK, Batch

    # Anything will do that looks like hashes: the positions of SplitMix64 from seed 0.
    keys = np.arange(1, POSITIONS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    keys ^= keys >> np.uint64(31)
    contestants = {}
    for size in SIZES:
        for name, make in ours("xxh3").items():
            find = Batch(make(names(size))).lookup_batch
            start = time.thread_time()
            find(keys[:BLOCK])
            rate = BLOCK / (time.thread_time() - start)
            count = min(POSITIONS, max(BLOCK, int(rate * BATCH_S)))
            contestants[name.partition(",")[0], size] = (find, keys[:count])
            if name.startswith("ring"):
                contestants["ring, of texts, xxh3", size] = (find, KEYS)
    rates: Rates = dict.fromkeys(contestants, 0.0)
    for _ in range(HEAVY_ROUNDS):
        for name, (find, some) in contestants.items():
            start = time.thread_time()
            find(some)
            rates[name] = max(rates[name], len(some) / (time.thread_time() - start))
    return rates


def table(title: str, rates: Rates, unit: float, sizes: tuple[int, ...] = SIZES) -> None:
    """Rates by contestant and size, in `unit` per second."""
    print(f"\n{title:<34}" + "".join(f"{f'{size:,} nodes':>14}" for size in sizes))
    for name in dict.fromkeys(name for name, _ in rates):
        cells = [rates.get((name, size)) for size in sizes]
        shown = ("" if rate is None else f"{rate / unit:,.3g}" for rate in cells)
        print(f"{name:<34}" + "".join(f"{one:>14}" for one in shown))


def claim_lookups(report: Report, rates: Rates) -> None:
    def ratio(name: str, size: int, other: str, other_size: int) -> float | None:
        pair = rates.get((name, size)), rates.get((other, other_size))
        return pair[0] / pair[1] if pair[0] and pair[1] else None

    for size, least in zip(SIZES, (5, 5, 2.5), strict=True):
        text = f"lookups, {size} nodes, xxh3: times uhashring's with its own hash"
        report.claim(text, ratio("ring, xxh3", size, "uhashring, md5", size), least)
    for hash_ in ("xxh3", "blake2b"):
        for size in SIZES:
            text = f"lookups, {size} nodes, {hash_}: times uhashring's with the same hash"
            pair = (f"ring, {hash_}", size, f"uhashring, {hash_}", size)
            report.claim(text, ratio(*pair), 1.5)
    for size in SIZES:
        text = f"lookups, {size} nodes, standard library: times uhashring's with its own hash"
        report.claim(text, ratio("ring, blake2b", size, "uhashring, md5", size), 1.3)
    text = f"lookups, xxh3: the rate at {LARGE:,} nodes, as a part of that at 100"
    report.claim(text, ratio("ring, xxh3", LARGE, "ring, xxh3", 100), 0.25)


def main() -> int:
    report = Report()
    hashes = []
    for hash_ in ("xxh3", "blake2b"):
        try:
            hash_named(hash_)
            hashes.append(hash_)
        except MissingError as error:
            report.missing.append(str(error))
    absent = [f"{name} {pin}" for name, pin in PEERS.items() if not installed(name)]
    report.missing += [f"{one}: make bench installs it" for one in absent]
    here = [installed(name) for name in (*PEERS, "xxhash", "numpy")]
    print(f"{machine()}\nPython {platform.python_version()}, {', '.join(filter(None, here))}")
    print(f"160 points a node; best of {ROUNDS} rounds in turns, {HEAVY_ROUNDS} of heavy work")

    rates = lookups(hashes)
    table("M lookups a second", rates, 1e6, (*SIZES, LARGE))
    claim_lookups(report, rates)

    owners = three_owners(hashes)
    table("k times three owners a second", owners, 1e3)
    size = SIZES[-1]
    mine, theirs = owners.get(("ring, xxh3", size)), owners.get(("uhashring, md5", size))
    text = f"three owners, {size} nodes, xxh3: times uhashring's with its own hash"
    report.claim(text, mine / theirs if mine and theirs else None, 15)

    added = changes(hashes)
    print(f"\n{f'add a node to {size:,}, ms':<34}{'alone':>14}{'with lookup':>14}")
    for name, (alone, both) in added.items():
        print(f"{name:<34}{alone * 1e3:>14.2f}{both * 1e3:>14.2f}")
    theirs_s = added.get("uhashring, md5", (None, None))[0]
    for name in (f"ring, {hash_}" for hash_ in hashes):
        text = f"adding a node to {size}, {name}: times as fast as uhashring with its own hash"
        report.claim(text, theirs_s / added[name][0] if theirs_s else None, 4)
        if theirs_s:
            both = theirs_s / added[name][1]
            print(f"no claim: the same with the first lookup after it: {both:.2f}")

    if installed("numpy") and "xxh3" in hashes:
        found = batches()
        table("M prehashed a second, one batch", found, 1e6)
        for size in SIZES:
            text = f"batch, ring of {size} nodes: M prehashed lookups a second"
            report.claim(text, found["ring", size] / 1e6, 25)
    else:
        report.missing.append("numpy and xxhash, for batches: pip install 'sdcli[fast]'")
        report.claim("batch: M prehashed lookups a second", None, 25)

    print(f"\n{f'{SIZES[-1]:,} nodes':<34}{'build ms':>14}{'bytes a node':>14}")
    for name, (seconds, size_bytes) in costs(hashes).items():
        print(f"{name:<34}{seconds * 1e3:>14.1f}{size_bytes:>14,.0f}")

    return report.end()


if __name__ == "__main__":
    sys.exit(main())
