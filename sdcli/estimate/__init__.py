"""Estimates: named quantities that hang on one another, with their working.

`worksheet` computes the assumptions and estimates of a design, a scenario or a sheet;
`working` writes each sum as one says it.
"""

from __future__ import annotations

from sdcli.estimate.working import Line
from sdcli.estimate.worksheet import Worksheet

__all__ = ["Line", "Worksheet"]
