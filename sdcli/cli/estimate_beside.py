"""What is said beside a result: companions, what it rests on, how a range came about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sdcli.units import Quantity

_DIGITS = 12  # beyond them stands the noise of floating point
_DATED = ("day", "month", "year")
_NAMED_MAX = 3  # further sources that a line names


def figures(value: Quantity) -> dict[str, Any]:
    """A quantity for programs; value, low and high are in `unit`."""
    size = value.shown.size(value.conventions)

    def number(magnitude: float) -> float:
        return float(f"{magnitude / size:.{_DIGITS}g}")

    return {
        "value": number(value.value),
        "unit": value.unit,
        "kind": value.kind,
        "display": value.display(),
        "low": number(value.low),
        "high": number(value.high),
        "method": value.method,
    }


def beside(value: Quantity) -> list[str]:
    """The figures that people want beside a result, as far as it does not show them itself.

    Nines stand beside an availability only: a utilisation of 99 % is no uptime.
    """
    from sdcli.estimate.complement import Availability
    from sdcli.units.companions import companions

    if value.unit == "%" and not isinstance(value, Availability):
        return []
    return [text for text in companions(value) if text != value.display()]


def taken(conventions: Mapping[str, str], values: Iterable[Quantity]) -> dict[str, str]:
    """The conventions that results rest on; a companion in `/day` rests on the day, too."""
    said = dict(conventions)
    for value in values:
        words = " ".join(beside(value)).replace("/", " ").split()
        said |= {name: value.conventions.text(name) for name in _DATED if name in words}
    order = (*_DATED, *said)
    return {name: said[name] for name in order if name in said}


def sensitivity(value: Quantity) -> list[dict[str, Any]]:
    """Each source of a range's spread with its share, the largest first."""
    from sdcli.units.sensitivity import drivers

    return [{"source": name, "share": float(f"{share:.4g}")} for name, share in drivers(value)]


def explained(values: Mapping[str, Quantity]) -> list[str]:
    """A sentence for each group of ranges that came about alike; nothing for certain values.

    >>> from sdcli.units import quantity
    >>> explained({"rate": quantity("10 to 20 request/s"), "size": quantity("1 KB")})
    ['rate: 90 % interval, closed form']
    """
    groups: dict[str, list[str]] = {}
    for name, value in values.items():
        if value.is_range:
            groups.setdefault(_method(value) + _driven(value), []).append(name)
    return [f"{', '.join(names)}: {said}" for said, names in groups.items()]


def _method(value: Quantity) -> str:
    sampling = getattr(value.spread, "sampling", None)
    if sampling is None:
        return "90 % interval, closed form"
    from sdcli.units.sampling import SEED

    return f"90 % interval, Monte Carlo, {sampling.samples:,} draws, seed {SEED}" + _error(value)


def _error(value: Quantity) -> str:
    """The largest standard error of low, median and high, each as a share of its figure."""
    from sdcli.cli.calc_text import percent

    errors, ends = value.sampling_error(), (value.low, value.value, value.high)
    shares = [
        error / abs(end) for error, end in zip(errors or (), ends, strict=False) if error and end
    ]
    return f", sampling error {percent(max(shares))}" if shares else ""


def _driven(value: Quantity) -> str:
    """`; users drives 79 % of the spread: ask about it first; then rate 21 %`."""
    from sdcli.cli.calc_text import percent, shortened

    sources = sensitivity(value)
    if len(sources) < 2:  # noqa: PLR2004 - one source drives all of it
        return ""
    first, *others = [f"{shortened(one['source'])} {percent(one['share'])}" for one in sources]
    name = shortened(sources[0]["source"])
    said = f"; {name} drives {first.removeprefix(name + ' ')} of the spread: ask about it first"
    more = len(others) - _NAMED_MAX
    said += f"; then {', '.join(others[:_NAMED_MAX])}"
    return said + (f", and {more} more" if more > 0 else "")
