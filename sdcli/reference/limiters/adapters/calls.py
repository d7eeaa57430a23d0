"""What is said to Redis and what it answers, without a connection.

The decision is made by decide.lua, a function inside Redis; redis.py carries commands there and
answers back. What lies between is here, and is pure: rules become words, a caller's key becomes
the names of its keys, and a line of numbers becomes a Decision. So the plain store and the one
for asyncio share it.

    rules       gcra:100/s:100:1000000:20:0:0      name, and the policy in whole numbers
    record      limit:{user:42}                    GET shows what is known of the caller
    log         limit:{user:42}:1                  only where rule 1 is a sliding log

Redis Cluster places a key by what stands in its braces alone, so all keys of one decision lie on
one server. Braces of the caller's own would move it, so they are escaped.

Invariants:
    1. Different callers have different keys, whatever is in their names.
    2. No product in the function passes 2^53, up to where Lua's numbers are exact.

>>> keys_of("limit", "user:42", logs=(1,))
(b'limit:{user:42}', b'limit:{user:42}:1')
>>> keys_of("limit", "a}b{")
(b'limit:{a%7Db%7B}',)
"""

from __future__ import annotations

import functools
import hashlib
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from sdcli.core.errors import DamagedError, InputError
from sdcli.reference.limiters.algorithms import BUCKETS
from sdcli.reference.limiters.decision import Decision, check_request, new

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sdcli.reference.limiters.rules import Keep, Rule, Rules

UNIT_NS = 1000  # Redis tells the time in microseconds
EXACT = 2**53  # below it, a double holds every whole number
LONGEST = 10**15  # microseconds, some thirty years: moments stay exact beside today's
CHANGES_KEPT = 8  # of the rules; callers who missed more are carried over as they are

Words = tuple[bytes, ...]
Line = bytes | str  # as the client is set to decode or not


class Change(NamedTuple):
    """Rules that were changed.

    Args:
        moment: when, in microseconds of the clock that decides.
        keep: what callers keep of what they had; rules.carried has the meanings.
        before: the rules until then, as text.
    """

    moment: int
    keep: Keep
    before: str


class Under(NamedTuple):
    """The rules that decisions are made under, and all that is known of them.

    Args:
        rules: as a limiter made them, in microseconds.
        text: the same as words for the function.
        logs: the positions, from 1, of the rules that keep a log.
        changes: the latest ones, oldest first.
        quick: what `quick_take` puts around the key and the cost; None when there are logs or
            changes to tell.
    """

    rules: Rules
    text: str
    logs: tuple[int, ...]
    changes: tuple[Change, ...]
    quick: tuple[bytes, bytes] | None


@functools.cache
def name() -> bytes:
    """What the function is called in Redis: another text, another name.

    So clients of two releases can share a Redis, and each calls its own.
    """
    text = Path(__file__).with_name("decide.lua").read_bytes()
    return b"limiter_" + hashlib.sha256(text).hexdigest()[:16].encode()


@functools.cache
def source() -> str:
    """The library, under its name."""
    text = Path(__file__).with_name("decide.lua").read_text(encoding="utf-8")
    return text.replace("THIS_LIBRARY", name().decode())


def under(rules: Rules, changes: Iterable[Change] = ()) -> Under:
    """Rules made ready for the function.

    Raises:
        InputError: a rule's products are too large for Redis to count.
    """
    text = " ".join(_word(rule) for rule in rules)
    logs = tuple(at for at, rule in enumerate(rules, 1) if rule.algorithm == "sliding-log")
    kept = tuple(changes)[-CHANGES_KEPT:]
    quick = None
    if not logs and not kept:
        # *7: FCALL, its name, 1 key; the key; take, the rules; the cost.
        head = packed([(b"FCALL", name(), b"1")]).replace(b"*3", b"*7", 1)
        quick = head, packed([(b"take", text.encode())]).removeprefix(b"*2\r\n")
    return Under(rules, text, logs, kept, quick)


def keys_of(prefix: str, key: str, logs: Iterable[int] = ()) -> Words:
    """The names of a caller's keys.

    Raises:
        InputError: the caller's key is no text.
    """
    record = record_name(prefix, key)
    return (record, *(b"%b:%d" % (record, at) for at in logs))


def record_name(prefix: str, key: str) -> bytes:
    """The name of a caller's record; raises as `keys_of`."""
    if type(key) is not str:
        raise InputError(
            "this cannot be the key of a caller",
            where="key",
            given=repr(key),
            expected='a text, like "user:42"',
        )
    if not key.isalnum():
        key = key.replace("%", "%25").replace("{", "%7B").replace("}", "%7D")
    # {} would be no tag at all. A lone % is nobody's key: theirs was escaped.
    return f"{prefix}:{{{key or '%'}}}".encode("utf-8", "surrogatepass")


def quick_take(where: Under, record: bytes, cost: int) -> bytes:
    """`packed([command("take", ...)])` of one caller, put together from what is always the same.

    Raises:
        InputError: the cost is negative or no whole number.
    """
    if type(cost) is not int or cost < 0:
        check_request(0, cost)
    head, middle = where.quick or (b"", b"")
    digits = b"%d" % cost
    return b"%b$%d\r\n%b\r\n%b$%d\r\n%b\r\n" % (
        head,
        len(record),
        record,
        middle,
        len(digits),
        digits,
    )


def command(
    call: str,
    where: Under,
    keys: Sequence[bytes],
    *,
    now: int | None = None,
    costs: Sequence[int] = (0,),
    wait: int | None = None,
    more: Words = (),
) -> Words:
    """One call of the function, as the words of a command.

    Args:
        call: its name in decide.lua.
        where: the rules.
        keys: of the caller, or of several, one after the other.
        now: microseconds; None for the server's own clock.
        costs: for each caller one; or the amount to give back.
        wait: microseconds that the caller agrees to wait.
        more: what `cancel` needs.

    Raises:
        InputError: a cost is negative or no whole number.
    """
    for cost in costs:
        if type(cost) is not int or cost < 0:
            check_request(0, cost)
    words = (
        b"FCALL",
        name(),
        b"%d" % len(keys),
        *keys,
        call.encode(),
        where.text.encode(),
        " ".join(map(str, costs)).encode(),
    )
    if now is None and wait is None and not where.changes and not more:
        return words  # nearly every request
    return (
        *words,
        b"" if now is None else b"%d" % now,
        b"" if wait is None else b"%d" % min(wait, LONGEST),
        "\n".join(map(_change, where.changes)).encode(),
        *more,
    )


def packed(commands: Iterable[Words]) -> bytes:
    r"""Commands as they go over the wire, one after the other.

    >>> packed([(b"GET", b"a")])
    b'*2\r\n$3\r\nGET\r\n$1\r\na\r\n'
    """
    return b"".join(
        b"*%d\r\n" % len(words) + b"".join([b"$%d\r\n%b\r\n" % (len(word), word) for word in words])
        for words in commands
    )


def fault_of(answer: bytes | str | list[Any]) -> DamagedError | None:
    """What is wrong with the key of a caller, if the function says so.

    >>> print(fault_of(b"! limit:{ann}").render())
    error: limit:{ann}: this key in Redis is no limiter's record
    expected: a key that nobody else writes; give the limiter a prefix of its own
    """
    if (b"! " if type(answer) is bytes else "! ") not in answer:
        return None
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return DamagedError(
        "this key in Redis is no limiter's record",
        where=text[text.index("! ") + 2 :].split("\n", 1)[0],
        expected="a key that nobody else writes; give the limiter a prefix of its own",
    )


def decision_of(rules: Rules, line: Line) -> Decision:
    """What the function answered; its microseconds become nanoseconds.

    >>> from sdcli.reference.limiters.limit import Limit
    >>> rules = (Limit(100, "1s", burst=20, name="api").rule("gcra", UNIT_NS),)
    >>> said = decision_of(rules, b"y 0 20 0 10000 200000 0")
    >>> said.allowed, said.retry_after_ns, said.violated
    (False, 10000000, ('api',))
    """
    refused, *words = line.split()
    numbers = [*map(int, words)]
    if len(numbers) == 6:  # noqa: PLR2004 - a decision has six
        return _decision(numbers, rules[0].violated if refused in {b"y", "y"} else ())
    letters = refused.decode() if isinstance(refused, bytes) else refused
    violated = tuple(
        rule.name for rule, letter in zip(rules, letters, strict=True) if letter == "y"
    )
    parts = tuple(_decision(numbers[at : at + 6], ()) for at in range(6, len(numbers), 6))
    return _decision(numbers[:6], violated, parts)


def _decision(
    numbers: list[int], violated: tuple[str, ...], parts: tuple[Decision, ...] = ()
) -> Decision:
    allowed, limit, remaining, retry, reset, delay = numbers
    return new(
        Decision,
        (
            allowed == 1,
            limit,
            remaining,
            None if retry < 0 else retry * UNIT_NS,
            reset * UNIT_NS,
            delay * UNIT_NS,
            violated,
            True,
            parts,
        ),
    )


def _change(change: Change) -> str:
    return f"{change.moment} {change.keep} {change.before}"


def _word(rule: Rule) -> str:
    """A rule as the function reads it: the algorithm, the name, and whole numbers.

    The numbers are the policy's own and not those that are counted with, so that two rules are
    equal there when they are equal here.
    """
    policy = rule.policy
    numbers: tuple[int, ...]
    products: tuple[int, ...]
    if rule.algorithm in BUCKETS:
        rate, per = policy.rate, policy.per_ns
        shared = gcd(rate, per)
        increment, scale = per // shared, rate // shared
        interval, start = 0, -1
        if rule.algorithm == "token-bucket":
            interval = int(policy.refill == "interval")
            start = start if policy.start is None else policy.start
        numbers = (rate, per, policy.burst, interval, start)
        products = (rate, per, increment * policy.burst, interval * per * scale)
        span = max(interval * per, increment * policy.burst // scale)
    else:
        numbers = (policy.limit, policy.window_ns)
        counter = rule.algorithm == "sliding-counter"
        products = (policy.limit * (policy.window_ns if counter else 1),)
        span = policy.window_ns
    if 2 * max(products) >= EXACT or span > LONGEST:
        raise _too_large(rule, span)
    five = (*numbers, 0, 0, 0)[:5]
    return ":".join((rule.algorithm, quote(rule.name, safe="/") or "%", *map(str, five)))


def _too_large(rule: Rule, span: int) -> InputError:
    if span > LONGEST:
        what, expected = "takes too long", "at most thirty years"
    else:
        what = "needs numbers that are too large"
        expected = (
            "rate and span with a larger common divisor, as 1000000/d has and 1000003/d has "
            "not; or a smaller burst or span; or fixed-window, which multiplies nothing"
        )
    return InputError(
        f"this limit {what}: Redis counts in whole numbers below 2^53",
        where=rule.name or "limit",
        given=f"{rule.algorithm} {_policy_text(rule.policy)}",
        expected=expected,
    )


def _policy_text(policy: Any) -> str:
    if hasattr(policy, "window_ns"):
        return f"{policy.limit} in {policy.window_ns} µs"
    return f"{policy.rate} in {policy.per_ns} µs, burst {policy.burst}"
