"""The kinds of components, and the parameters that each kind has.

A table and nothing else. A parameter without a default prints as "not given": a made-up
number would look like a decision of the writer. The defaults that stand here are those of
the reference implementations, so that an experiment runs what the table says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class ParamSpec:
    """One parameter of a kind.

    Args:
        type: integer, quantity, or name (a word such as an algorithm's).
        help: what it is, as the document's table says it.
        unit: of a quantity, or the noun that an integer counts; empty for a plain number.
        default: as a design file would write it; None when there is none.
        bounds: lowest and highest value in `unit`, both allowed; None where open.
        choices: the words that a name may be; empty when any word is fine.
    """

    type: Literal["integer", "quantity", "name"]
    help: str
    unit: str = ""
    default: str | None = None
    bounds: tuple[float | None, float | None] = (None, None)
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of component.

    Args:
        name: as a design file says it.
        title: for people.
        params: what may be said of it.
        experiments: the runs of reference implementations that can back it.
        standard: those of them that a design gets by itself, from an interview or a scenario;
            the others are for a design that asks for them.
        calculators: the calculators that can, and which parameter of the component each of their
            own parameters is taken from.
        copies: the parameter that says how many there are of it, each with `capacity`.
        within: a count that another count bounds: no ring holds more copies than it has servers.
    """

    name: str
    title: str
    params: dict[str, ParamSpec] = field(default_factory=dict)
    experiments: tuple[str, ...] = ()
    standard: tuple[str, ...] = ()
    calculators: dict[str, dict[str, str]] = field(default_factory=dict)
    copies: str = ""
    within: dict[str, str] = field(default_factory=dict)


LIMITER_ALGORITHMS = (
    "token-bucket",
    "leaking-bucket",
    "fixed-window",
    "sliding-log",
    "sliding-counter",
    "gcra",
)  # all that a design may name, and all that the experiments run


COUNT_MAX = 1e12  # of anything that a design has copies of


def _count(text: str, default: str | None = None, unit: str = "") -> ParamSpec:
    return ParamSpec("integer", text, unit=unit, default=default, bounds=(1, COUNT_MAX))


def _size(text: str) -> ParamSpec:
    return ParamSpec("quantity", text, unit="B", bounds=(0, None))


def _time(text: str, default: str | None = None) -> ParamSpec:
    return ParamSpec("quantity", text, unit="s", default=default, bounds=(0, None))


def _rate(text: str, default: str | None = None) -> ParamSpec:
    return ParamSpec("quantity", text, unit="request/s", default=default, bounds=(0, None))


def _share(text: str) -> ParamSpec:
    return ParamSpec("quantity", text, bounds=(0, 1))


def _word(text: str, *choices: str, default: str | None = None) -> ParamSpec:
    return ParamSpec("name", text, default=default, choices=choices)


def _serves(copy: str = "what one copy serves") -> dict[str, ParamSpec]:
    """What can be said of everything that answers requests; capacity and time make its load."""
    return {
        "rate": _rate("what arrives at its busiest"),
        "capacity": _rate(copy),
        "latency": _time("time that one request takes in it"),
        "availability": _share("share of the time in which it answers"),
    }


_WAITING = {"rate": "rate", "service_time": "latency", "servers": "workers"}
_ENOUGH = {"peak": "rate", "per_server": "capacity"}
_UP = {"availability": "availability"}
_HELD = {"rate": "rate", "latency": "latency"}

_TABLE = (
    Kind(
        "service",
        "service",
        {
            "instances": _count("copies that run at once"),
            **_serves(),
            "workers": _count("requests that all copies work on at once"),
        },
        calculators={
            "servers": _ENOUGH,
            "queue": _WAITING,
            "in-flight": _HELD,
            "availability": _UP,
        },
        copies="instances",
    ),
    Kind(
        "load-balancer",
        "load balancer",
        {
            "algorithm": _word("how the next target is picked"),
            "instances": _count("copies that run at once"),
            **_serves(),
        },
        calculators={"servers": _ENOUGH, "in-flight": _HELD, "availability": _UP},
        copies="instances",
    ),
    Kind(
        "cache",
        "cache",
        {
            "size": _size("memory for entries, all nodes together"),
            "nodes": _count("servers that share the entries", unit="node"),
            "ttl": _time("how long an entry may be used"),
            "hit_share": _share("share of the reads that it answers"),
            "eviction": _word("which entry makes room"),
            "entry_size": _size("one entry, on average"),
            **_serves("what one node serves"),
        },
        calculators={
            "cache": {"size": "entry_size", "reads": "rate", "hit_ratio": "hit_share"},
            "servers": _ENOUGH,
            "availability": _UP,
        },
        copies="nodes",
    ),
    Kind(
        "database",
        "database",
        {
            "engine": _word("which database it is"),
            "size": _size("data held, one copy"),
            "shards": _count("partitions of the data"),
            "replicas": _count("copies of each partition"),
            "shard_size": _size("data that one partition may hold"),
            **_serves("what one partition serves"),
            "workers": _count("queries that all partitions work on at once"),
        },
        calculators={
            "shards": {
                "data": "size",
                "per_shard_bytes": "shard_size",
                "writes": "rate",
                "per_shard_rate": "capacity",
            },
            "queue": _WAITING,
            "in-flight": _HELD,
            "parallel": {"parts": "availability", "copies": "replicas"},
            "availability": _UP,
        },
        copies="shards",
    ),
    Kind(
        "queue",
        "message queue",
        {
            "partitions": _count("streams that keep their order"),
            "retention": _time("how long a message is kept"),
            "delivery": _word(
                "what a consumer may count on",
                "at-most-once",
                "at-least-once",
                "exactly-once",
            ),
            "message_size": _size("one message, on average"),
            "replicas": _count("copies of each partition"),
            **_serves("what one partition takes"),
            "workers": _count("messages that all consumers work on at once"),
        },
        calculators={
            "storage": {
                "rate": "rate",
                "size": "message_size",
                "retention": "retention",
                "replication": "replicas",
            },
            "queue": _WAITING,
            "servers": _ENOUGH,
            "availability": _UP,
        },
        copies="partitions",
    ),
    Kind(
        "cdn",
        "content delivery network",
        {
            "hit_share": _share("share of the reads that it answers"),
            "ttl": _time("how long an object may be used"),
            "object_size": _size("one object, on average"),
            **_serves("what it serves in all"),
        },
        calculators={
            "cache": {"size": "object_size", "reads": "rate", "hit_ratio": "hit_share"},
            "bandwidth": {"rate": "rate", "size": "object_size"},
            "availability": _UP,
        },
    ),
    Kind(
        "object-store",
        "object store",
        {
            "size": _size("data held, one copy"),
            "replicas": _count("copies of each object"),
            "object_size": _size("one object, on average"),
            "retention": _time("how long an object is kept"),
            **_serves("what it serves in all"),
        },
        calculators={
            "storage": {
                "rate": "rate",
                "size": "object_size",
                "retention": "retention",
                "replication": "replicas",
            },
            "in-flight": _HELD,
            "availability": _UP,
        },
    ),
    Kind(
        "hash-ring",
        "hash ring",
        {
            "nodes": _count("servers on the ring", default="8", unit="node"),
            "vnodes": _count("points of each server on the ring", default="160"),
            "hash": _word(
                "the hash function that places them", "blake2b", "xxh3", default="blake2b"
            ),
            "replicas": _count("copies of each key, on different servers"),
            "bound": ParamSpec(
                "quantity", "most that a server bears, as a multiple of the mean", bounds=(1, 100)
            ),
        },
        experiments=(
            "ring.balance",
            "ring.rebalance",
            "ring.plan",
            "ring.hotkey",
            "ring.contest",
        ),
        standard=("ring.balance", "ring.rebalance"),
        within={"replicas": "nodes"},
    ),
    Kind(
        "rate-limiter",
        "rate limiter",
        {
            "algorithm": _word(
                "how requests are counted", *LIMITER_ALGORITHMS, default="token-bucket"
            ),
            "rate": _rate("what is admitted in the long run"),
            "burst": ParamSpec(
                "quantity",
                "what is admitted at one instant",
                unit="request",
                bounds=(0, None),
            ),
            "window": _time("the span that a window counter counts over"),
            "latency": _time("time that one request takes in it"),
        },
        experiments=(
            "limiter.burst",
            "limiter.compare",
            "limiter.shape",
            "limiter.clock",
            "limiter.race",
            "limiter.choose",
        ),
        standard=("limiter.burst",),
    ),
    Kind(
        "kv-store",
        "key-value store",
        {
            "size": _size("data held, one copy"),
            "value_size": _size("one value, on average"),
            "replicas": _count("copies of the data"),
            "shards": _count("partitions of the data"),
            "shard_size": _size("data that one partition may hold"),
            "sync": _word("when a write is done", "always", "group", "os"),
            "memtable": _size("log written until its memtable becomes a table"),
            "growth": ParamSpec("integer", "times more that each level holds", bounds=(2, 1000)),
            "filter_bits": ParamSpec("integer", "bits of a filter for each key", bounds=(1, 64)),
            **_serves("what one partition serves"),
            "workers": _count("requests that all partitions work on at once"),
        },
        standard=("kv.path",),
        experiments=("kv.path", "kv.bloom", "kv.compaction", "kv.amplification", "kv.crash"),
        calculators={
            "shards": {
                "data": "size",
                "per_shard_bytes": "shard_size",
                "writes": "rate",
                "per_shard_rate": "capacity",
            },
            "queue": _WAITING,
            "in-flight": _HELD,
            "parallel": {"parts": "availability", "copies": "replicas"},
            "availability": _UP,
        },
        copies="shards",
    ),
    Kind(
        "kv-cluster",
        "key-value cluster",
        {
            "nodes": _count("servers in the cluster", unit="node"),
            "n": _count("copies of each key (N)"),
            "r": _count("copies that a read waits for (R)"),
            "w": _count("copies that a write waits for (W)"),
            "size": _size("data held, one copy"),
            **_serves("what one node serves"),
            "mtbf": _time("time between two failures of one node, on average"),
            "mttr": _time("time until a failed node is back, on average"),
        },
        calculators={
            "k-of-n": {"each": "availability", "needed": "r", "parts": "n"},
            "repair": {"mtbf": "mtbf", "mttr": "mttr"},
            "servers": _ENOUGH,
            "in-flight": _HELD,
        },
        copies="nodes",
    ),
    Kind(
        "search-index",
        "search index",
        {
            "size": _size("index held, one copy"),
            "shards": _count("partitions of the index"),
            "replicas": _count("copies of each partition"),
            **_serves("what one partition serves"),
            "workers": _count("queries that all partitions work on at once"),
        },
        calculators={"queue": _WAITING, "in-flight": _HELD, "availability": _UP},
        copies="shards",
    ),
    Kind(
        "external",
        "external system",
        {
            "provider": _word("who runs it"),
            **_serves("what it lets us ask of it"),
        },
        calculators={"in-flight": _HELD, "availability": _UP},
    ),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _TABLE}
