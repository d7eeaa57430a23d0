"""A call that is written once, and serves stores that answer and stores that promise to.

A store in memory answers at once; one behind asyncio gives something to be awaited. What a limiter
does with the answer is the same. Two copies of it, one with `await` in every other line, drift
apart; so the call is written as a generator, which *yields whatever the store gave it* and gets
the answer back, and knows nothing of how that came about:

    @written_once
    def wait(...):
        held = yield store.reserve(...)          # a reservation, or the promise of one
        yield sleep(held.delay)
        return held.decision

Somebody has to drive it. An answer is sent straight back in; at the first promise the rest becomes
a coroutine, and the caller gets that. An error of the store arrives at the `yield` either way, so
`try` means what it says.

Source: our own. That a protocol is written without input and output, and driven by whoever has
them, is the custom that h11 made known (sans-io.readthedocs.io).

Invariants:
    1. Without a promise no coroutine is made: the call is a plain call.
    2. Once cancelled, what the generator still asks for is brought to its end, even if the task
       is cancelled a second time (`asyncio.shield`).

Cost: that of a generator, less than a decision in memory.

>>> @written_once
... def doubled(ask):
...     return 2 * (yield ask())
>>> doubled(lambda: 21)
42
>>> async def asked_far_away():
...     return 21
>>> import asyncio
>>> asyncio.run(doubled(asked_far_away))
42
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
Steps = Generator[Any, Any, Answer]


def is_promise(answer: object) -> bool:
    """Whether this has to be awaited."""
    return hasattr(answer, "__await__")


def written_once(function: Callable[Given, Steps[Answer]]) -> Callable[Given, Answer]:
    """The call that a generator describes: it answers, or promises to if anybody it asks does.

    The types say what comes in the end; whoever knows that a store promises awaits it.
    """

    @functools.wraps(function)
    def call(*args: Given.args, **kwargs: Given.kwargs) -> Any:
        steps = function(*args, **kwargs)
        try:
            answer = next(steps)
            while not hasattr(answer, "__await__"):  # is_promise, without the call
                answer = steps.send(answer)
        except StopIteration as stop:
            return stop.value
        return _promised(steps, answer)

    return call


async def _promised(steps: Steps[Answer], answer: Any) -> Answer:
    """The rest of a call, from its first promise on."""
    cancelled = False
    while True:
        try:
            if is_promise(answer):
                answer = await (_shielded(answer) if cancelled else answer)
        except GeneratorExit as left:  # thrown away half-way: nobody is there to await anything
            _left(steps, left)
            raise
        except BaseException as error:  # noqa: BLE001 - it is the generator's, which raises it again
            cancelled = cancelled or _is_cancellation(error)
            resume = functools.partial(steps.throw, error)
        else:
            resume = functools.partial(steps.send, answer)
        try:
            answer = resume()
        except StopIteration as stop:
            return stop.value


def _left(steps: Steps[Any], left: GeneratorExit) -> None:
    """Let the generator do what it still can without waiting."""
    with suppress(StopIteration, GeneratorExit):
        answer = steps.throw(left)
        while not is_promise(answer):
            answer = steps.send(answer)
        getattr(answer, "close", int)()


# asyncio takes longer to import than all the limiters; who gets here has it already.
def _shielded(promise: Any) -> Any:
    import asyncio

    return asyncio.shield(promise)


def _is_cancellation(error: BaseException) -> bool:
    import asyncio

    return isinstance(error, asyncio.CancelledError)
