"""What is asked of a system: what it does, and how well, under which load, over which window.

A target without the load that it holds under cannot be checked by anybody; with `load` it is
compared with the load that the evidence was made for.
"""

from __future__ import annotations

from typing import Literal

from sdcli.design.model.part import Label, Part, Text


class Functional(Part):
    """What the system does for somebody."""

    id: Label
    text: Text
    priority: Literal["must", "should", "could"] = "must"


class Quality(Part):
    """How well it does it; with `metric`, `op` and `target` the document can decide it.

    `metric` is `<experiment>.<metric>` or `<calculator>.<output>` with `of` naming the component,
    or `estimate.<name>`. `load` (a rate or a count) is what the target must hold under, `window`
    (a time) what it is taken over; both may be formulas.
    """

    id: Label
    text: Text = ""
    metric: Text = ""
    of: str = ""
    op: Literal["", "<=", ">=", "<", ">"] = ""
    target: Text = ""
    load: Text = ""
    window: Text = ""

    @property
    def line(self) -> str:
        """The one-line form, or the text when it names no metric."""
        if not self.metric:
            return self.text
        of = f" of {self.of}" if self.of else ""
        return f"{self.metric}{of} {self.op} {self.target}"


class Requirements(Part):
    """Functional and quality requirements, each in the order of the file."""

    functional: tuple[Functional, ...] = ()
    quality: tuple[Quality, ...] = ()
