"""The experiment's contract: one object with three faces.

An experiment is a named, typed, seeded run of a reference implementation. The same object is a
lab that one watches in the terminal, an evidence block in a design document, and a
predict-then-run question in the interview. It makes a claim; a run puts the claim to the test.

Rules that every experiment keeps:
    1. Parameters and seed decide the result: the same numbers on every machine. No clock, thread,
       server or address in memory feeds a metric.
    2. `watch` receives frames and changes nothing.
    3. A change of what is measured gets a new `revision`; tests/experiments/golden.json holds the
       results of each revision.
    4. A run takes about two seconds, by a budget of operations, never by the clock. Where the
       design is larger, `scale` says 1:n and whether the metrics carry over, and `not_carried`
       names those that do not: no requirement and no prediction is judged by them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

P = TypeVar("P")

Verdict = Literal["holds", "fails"]

FULL_SCALE = "1:1"


@dataclass(frozen=True)
class Metric:
    """One number that a run gives.

    Args:
        name: its key in results, documents and requirements.
        unit: of the value; empty for a ratio.
        less_is_better: None when neither direction is better.
        title: what it is, for people.
        theory: the name of the metric that says what this one should be; empty when there is none.
    """

    name: str
    unit: str
    less_is_better: bool | None
    title: str
    theory: str = ""


@dataclass(frozen=True)
class Param:
    """One parameter: what it may be. Made from the fields of an experiment's Params.

    Args:
        name: as components, options and documents spell it.
        type: integer (a whole number), quantity (a float in `unit`) or name (a word).
        default: in `unit`.
        unit: of a quantity, or the noun that an integer counts; empty for a plain number.
        low, high: both allowed; None where open, and for names.
        choices: the words that a name may be.
        help: what it is, for people.
        meanings: for each choice what it means; empty where the words say it.
    """

    name: str
    type: Literal["integer", "quantity", "name"]
    default: int | float | str
    unit: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    help: str
    meanings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """What a run shows of itself on the way: lines of text that need no colour.

    The last frame of a run is its picture.

    Args:
        title: what is seen.
        lines: at most 80 columns each.
        progress: 0 to 1.
        inks: empty, or for each line a text of the same length: a letter says in which of the
            colours that character is drawn, the same letter always in the same; a space in none.
        hold: seconds for which a person should see it; nobody waits where nobody watches.
    """

    title: str
    lines: tuple[str, ...]
    progress: float
    inks: tuple[str, ...] = ()
    hold: float = 0.0


Watch = Callable[[Frame], None]


@dataclass(frozen=True)
class Result:
    """What a run found.

    Args:
        metrics: each metric of the experiment by name.
        verdict: whether the claim holds for these parameters.
        note: what the numbers say, in a sentence or two.
        scale: "1:1", or 1:n with why the metrics carry over, or that they do not.
        not_carried: the metrics that say nothing about the parameters as they were given, since
            the run was made at a smaller scale; in the order of the experiment's metrics.
    """

    metrics: dict[str, float]
    verdict: Verdict
    note: str
    scale: str = FULL_SCALE
    not_carried: tuple[str, ...] = ()


@dataclass(frozen=True)
class Predict(Generic[P]):
    """A question to answer before the run.

    Args:
        question: the text, for these parameters.
        metric: the name of the metric that answers it.
        tolerance: how far off still counts as right, as a part of the measured value.
        explain: what there is to learn, once the result is known.
        example: how an answer may be written, "50 % or 0.5", and far from the right one.
    """

    question: Callable[[P], str]
    metric: str
    tolerance: float
    explain: Callable[[P, Result], str]
    example: str

    def is_close(self, guess: float, result: Result) -> bool:
        """Whether a prediction counts as right.

        Raises:
            ValueError: the metric is among the result's `not_carried`; ask that first.
        """
        if self.metric in result.not_carried:
            msg = f"{self.metric} was measured at {result.scale}: a prediction is not judged by it"
            raise ValueError(msg)
        measured = result.metrics[self.metric]
        return abs(guess - measured) <= self.tolerance * abs(measured)

    @property
    def within(self) -> str:
        """The tolerance in words: "within 20 %"."""
        return f"within {self.tolerance * 100:g} %"


@dataclass(frozen=True)
class Experiment(Generic[P]):
    """A named, typed, seeded run of a reference implementation.

    Args:
        name: `family.what`, like ring.balance.
        title: for lists.
        claim: the sentence that a run puts to the test.
        source: where the claim comes from.
        revision: counts up when the results change.
        Params: a frozen dataclass whose fields are made by `integer`, `quantity` and `word`.
        metrics: what a run gives.
        predict: the question to answer before the run; None when there is none worth asking.
        run: (params, seed, watch=None) -> Result.
        pictured: its picture is its table: every metric stands in the last frame.
        beside: (params, place) -> {metric: value}, the same thing on real threads or a real server;
            None when there is none. What it finds differs from run to run, so it is shown beside
            the result, where a person asks for it, and never enters it. `place` comes from cli, the
            only part that knows clocks and servers; the experiment says what it must offer.
    """

    name: str
    title: str
    claim: str
    source: str
    revision: int
    Params: type[P]
    metrics: tuple[Metric, ...]
    predict: Predict[P] | None
    run: Callable[..., Result]
    pictured: bool = False
    beside: Callable[[P, Any], dict[Metric, float]] | None = None

    @property
    def parameters(self) -> tuple[Param, ...]:
        """What `Params` declares, in its order."""
        return tuple(
            dataclasses.replace(one.metadata["param"], name=one.name)
            for one in dataclasses.fields(self.Params)  # type: ignore[arg-type]
        )

    def metric(self, name: str) -> Metric | None:
        """The metric of that name; None when it has no such one."""
        return next((metric for metric in self.metrics if metric.name == name), None)

    def bind(self, values: Mapping[str, object]) -> P:
        """Parameters from texts, numbers and Quantities; what is not given has its default.

        Raises:
            InputError: an unknown name, or a value of another kind or out of bounds.
        """
        from sdcli.experiments.binding import bind

        return bind(self, values)


def integer(  # noqa: D417 - the rest is Param's
    default: int,
    *,
    low: int,
    high: int,
    unit: str = "",
    help: str,  # noqa: A002 - Param's name
) -> Any:
    """A field of a Params: a whole number.

    Args:
        default, low, high: in `unit`.
    """
    return _declared("integer", default, unit=unit, low=low, high=high, help=help)


def quantity(default: float, *, low: float, high: float, unit: str, help: str) -> Any:  # noqa: A002
    """A field of a Params: a float in `unit`."""
    return _declared("quantity", default, unit=unit, low=low, high=high, help=help)


def word(
    default: str,
    *,
    choices: tuple[str, ...],
    help: str,  # noqa: A002 - Param's name
    meanings: tuple[str, ...] = (),
) -> Any:
    """A field of a Params: one of several words."""
    return _declared("name", default, choices=choices, help=help, meanings=meanings)


def _declared(
    type: Literal["integer", "quantity", "name"],  # noqa: A002 - Param's name
    default: float | str,
    *,
    help: str,  # noqa: A002 - Param's name
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    meanings: tuple[str, ...] = (),
) -> Any:
    param = Param("", type, default, unit, low, high, choices, help, meanings)
    return field(default=default, metadata={"param": param})


def params_json(params: object) -> dict[str, int | float | str]:
    """Parameters as plain JSON values, each in its declared unit: what a fingerprint is made of."""
    return dataclasses.asdict(params)  # type: ignore[call-overload]
