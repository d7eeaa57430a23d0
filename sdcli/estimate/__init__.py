"""Estimates: named quantities that hang on one another, with their working.

`worksheet` computes the assumptions and estimates of a design, a scenario or a sheet, and
`working` writes each as a line that can be followed. `aloud` says a sum step by step with
rounded numbers, `by_head` does it with round ones, and `claim` judges a result that somebody
else came to.
"""

from __future__ import annotations

from sdcli.estimate.working import Line
from sdcli.estimate.worksheet import Worksheet

__all__ = ["Line", "Worksheet"]
