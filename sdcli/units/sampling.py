"""Sampling: how many draws an uncertain quantity takes, and which engine makes them.

The engine "python" (scalars.py) needs the standard library only and makes the same draws on
every machine and every Python; documents rest on them. "numpy" (vectors.py) makes a million in
the time that the other takes for some thousands, but they are others: its stream is its own,
and numpy may change it from one release to the next (NEP 19). In both, a source has a stream of
its own that depends on the seed and its name only, and fewer draws are the first of more.
"""

from __future__ import annotations

from sdcli.units.errors import UnitError
from sdcli.units.record import TYPE_CHECKING, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol

    Weights = tuple[tuple[str, float], ...]
    Draws = Any  # what an engine makes; only that engine looks inside

    class Engine(Protocol):
        """What makes draws and works with them."""

        sampling: Sampling

        def normals(self, source: str) -> Draws:
            """The standard normal variates z of a source: the same ones each time."""

        def constant(self, value: float) -> Draws:
            """The value at each draw."""

        def lognormal(self, coefficient: float, weights: Weights) -> Draws:
            """C · exp(Σ wᵢ zᵢ) at each draw; OverflowError unless all are finite."""

        def normal(self, mean: float, weights: Weights) -> Draws:
            """M + Σ wᵢ zᵢ at each draw; OverflowError unless all are finite."""

        def map(self, operation: Callable[..., float], *draws: Draws) -> Draws:
            """One of operations.py at each draw, with its errors; OverflowError as above."""

        def extremes(self, draws: Draws) -> tuple[float, float]:
            """The least and the greatest."""

        def quantiles(self, draws: Draws, shares: Sequence[float]) -> tuple[float, ...]:
            """The values that these shares of the draws stay below."""

        def first(self, draws: Draws, count: int) -> tuple[float, ...]:
            """The first draws, as numbers."""

        def content(self, draws: Draws) -> object:
            """What is equal, and hashes alike, for equal draws."""


SEED = 7
SAMPLES = 10_000
SAMPLES_MIN = 100  # of fewer, a 5 % quantile is not to be had
SAMPLES_MAX = 10_000_000  # 80 MB for each uncertain value
SAMPLES_MAX_PYTHON = 1_000_000  # a second and 32 MB for each range
NUMPY_FROM = 100_000  # to load numpy takes as long as some 35,000 draws without it


class Sampling(Record):
    """The number of draws of each source, and the engine: "python" or "numpy"."""

    samples: int = SAMPLES
    engine: str = "python"

    def __str__(self) -> str:
        return f"{self.samples:,} draws ({self.engine})"


_watchers: list[Callable[[int], object]] = []
_in_force = [Sampling()]  # the last one counts; each `using` puts its own behind


def current() -> Sampling:
    """The sampling in force: 10,000 draws by the standard library, unless `using` says else."""
    return _in_force[-1]


class using:  # noqa: N801 - it is read as a word: with using(1_000_000)
    """A context in which whatever is sampled takes so many draws.

    From 100,000 up they come from "numpy" where it is installed, else from "python". What was
    sampled outside keeps the draws that it has, and does not mix with those made inside.

    Args:
        samples: draws of each source.

    Raises:
        UnitError: not from 100 to 10 million; without numpy, to 1 million.

    >>> with using(20_000) as sampling:
    ...     print(sampling)
    20,000 draws (python)
    """

    def __init__(self, samples: int) -> None:
        self.sampling = _chosen(samples)

    def __enter__(self) -> Sampling:
        _in_force.append(self.sampling)
        return self.sampling

    def __exit__(self, *_error: object) -> None:
        _in_force.pop()


class watching:  # noqa: N801 - as above
    """A context in which somebody is told how many variates have just been drawn.

    Args:
        told: called with a number, some thousand times in a second at most.
    """

    def __init__(self, told: Callable[[int], object]) -> None:
        self.told = told

    def __enter__(self) -> None:
        _watchers.append(self.told)

    def __exit__(self, *_error: object) -> None:
        _watchers.remove(self.told)


def made(count: int) -> None:
    """Tell whoever is watching that an engine has drawn so many variates."""
    for told in _watchers:
        told(count)


def _chosen(samples: int) -> Sampling:
    fast = samples >= NUMPY_FROM and has_numpy()
    if not SAMPLES_MIN <= samples <= (SAMPLES_MAX if fast else SAMPLES_MAX_PYTHON):
        most = SAMPLES_MAX if has_numpy() else SAMPLES_MAX_PYTHON
        would_do = most < samples <= SAMPLES_MAX
        raise UnitError(
            "so many draws are not to be had",
            given=f"{samples:,}",
            expected=f"from {SAMPLES_MIN:,} to {most:,}",
            fix="pip install 'sdcli[fast]', for up to 10 million" if would_do else "",
        )
    return Sampling(samples, "numpy" if fast else "python")


def has_numpy() -> bool:
    """Whether numpy can be had. Cost: it is loaded, 130 ms, the first time."""
    try:
        import sdcli.units.vectors  # noqa: F401 - only whether it is there
    except ImportError:
        return False
    return True


def engine_of(sampling: Sampling) -> Engine:
    """The engine that makes these draws."""
    if sampling.engine == "numpy":
        from sdcli.units.vectors import Vectors

        return Vectors(sampling)
    from sdcli.units.scalars import Scalars

    return Scalars(sampling)
