"""What happens in an interview, as data: a session is a list of these and nothing else.

An event says what the person did or what an experiment returned, never what the interviewer
made of it, so a session outlives changes of wording and of scoring. `at` is the id of the
prompt at which it happened; `seconds` is how long the person took since the event before (an
experiment's run time is nobody's, so Ran has none).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias

from sdcli.core.errors import DamagedError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Answered:
    """A text, or one line; an empty one moves on."""

    at: str
    text: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Accepted:
    """Offered lines that the person took over as they stand."""

    at: str
    lines: tuple[str, ...]
    seconds: float = 0.0


@dataclass(frozen=True)
class Edited:
    """`name` (of a line, or the id of a prompt) has `text` instead of what stood there."""

    at: str
    name: str
    text: str
    seconds: float = 0.0


@dataclass(frozen=True)
class WentBack:
    """The last answer that still stands is taken back."""

    at: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Hinted:
    """A hint was asked for: 1 nudges, 2 points, 3 reveals."""

    at: str
    level: int
    seconds: float = 0.0


@dataclass(frozen=True)
class Ran:
    """An experiment came back.

    Args:
        at: the id of the run, `deep_dive.<topic>.run`.
        component: the component whose parameters it ran with.
        metrics: what it measured, by name.
        verdict: holds, fails, or skipped when it could not run.
        metric: the metric that answers the prediction; empty when there is none.
        is_close: whether the prediction was near enough; None when none was made.
        within: what near enough is, in words: "within 20 %".
        explain: why the number is what it is.
        unit: of that metric; empty for a plain number.
    """

    at: str
    component: str
    experiment: str
    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    verdict: str
    note: str = ""
    metric: str = ""
    is_close: bool | None = None
    within: str = ""
    explain: str = ""
    unit: str = ""


# Those of the scorer, written out: the store reads events without importing it.
VERDICTS = ("absent", "named", "explained", "justified", "rejected")


@dataclass(frozen=True)
class Judged:
    """The person's own verdict on a rubric item, beside the tool's; an empty one takes it back."""

    at: str
    item: str
    verdict: str
    why: str = ""


Event: TypeAlias = Answered | Accepted | Edited | WentBack | Hinted | Ran | Judged

_KINDS: dict[str, type[Event]] = {
    "answered": Answered,
    "accepted": Accepted,
    "edited": Edited,
    "went_back": WentBack,
    "hinted": Hinted,
    "ran": Ran,
    "judged": Judged,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_TYPES: dict[str, tuple[type, ...]] = {
    "seconds": (int, float),
    "level": (int,),
    "lines": (list,),
    "params": (dict,),
    "metrics": (dict,),
    "is_close": (bool, type(None)),
}


def to_json(event: Event) -> str:
    """One line of JSON that `from_json` reads back as an equal event."""
    return json.dumps({"event": _NAMES[type(event)], **asdict(event)})


def from_json(text: str, where: str = "") -> Event:
    """The event that a line of JSON holds; `where` is what an error calls the line.

    Raises:
        DamagedError: it holds none.
    """
    try:
        data = json.loads(text)
    except ValueError as error:
        raise _damaged(where, "this is not JSON") from error
    if not isinstance(data, dict) or data.get("event") not in _KINDS:
        raise _damaged(where, "this is no event of an interview")
    kind = _KINDS[data.pop("event")]
    known = {one.name for one in fields(kind)}
    if unknown := sorted(set(data) - known):
        raise _damaged(where, f"an event has an unknown field {unknown[0]}")
    for name, value in data.items():
        if not isinstance(value, _TYPES.get(name, (str,))):
            raise _damaged(where, f"the field {name} of an event is of the wrong type")
    if kind is Judged and data.get("verdict") not in ("", *VERDICTS):
        raise _damaged(where, "a verdict is no state of a point")
    if "lines" in data:
        data["lines"] = tuple(str(line) for line in data["lines"])
    try:
        return kind(**data)
    except TypeError as error:
        raise _damaged(where, "an event lacks a field") from error


def _damaged(where: str, what: str) -> DamagedError:
    return DamagedError(what, where=where)
