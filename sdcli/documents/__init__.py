"""Documents: Markdown whose every number is computed, and a check that names what is stale.

`build` writes `<id>.md` and `<id>.evidence.json` from a design; `check` says what no longer
agrees and why. `facts` has what can be computed before anything runs, `evidence/` what must be
run, `judging/` what the numbers say, `sections/` which blocks there are and what each prints,
`pictures/` the diagrams, `text/` how all that becomes Markdown without touching what belongs to the
writer, `checking/` what is no longer so.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdcli.documents.building import Built, build
    from sdcli.documents.checking.answer import Check
    from sdcli.documents.checking.check import check

__all__ = ["Built", "Check", "build", "check"]

# Loaded when asked for: a check by hashes alone needs no more than a few of these modules.
_HOMES = {
    "Built": "building",
    "Check": "checking.answer",
    "build": "building",
    "check": "checking.check",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
