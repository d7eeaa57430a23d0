"""Runs that several tests look at, made once in each process that runs tests.

Only for runs as people make them: a test that patches a budget or breaks a placement makes its
own, since a run is remembered by experiment, parameters and seed alone.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sdcli.core.chance import SEED
from sdcli.experiments import Result, get


def run_of(name: str, given: dict[str, Any] | None = None, seed: int = SEED) -> Result:
    """The result for some parameters, as texts or numbers; the others have their defaults."""
    return _run(name, get(name).bind(given or {}), seed)


@cache
def _run(name: str, params: Any, seed: int) -> Result:
    return get(name).run(params, seed)
