"""The quantity language: one way to write, compute and print amounts, everywhere.

`150M user * 2 tweet/user/day to tweet/s` means the same in `calc`, in a design file, in a
scenario's data and in the checker of a typed answer. A quantity has a magnitude, which may be
a range, and a dimension, which keeps bytes, seconds, dollars and each counted thing apart.

From the text to the result: tokens -> literals, readings (what is refused), parser -> syntax ->
evaluate -> quantity -> display, with companions beside it. A quantity is made of a spread and a
dimension; product.py holds products of units. arithmetic.py computes with spreads, by the
scalar forms of operations.py; sampling draws them, in Python (scalars.py) or with numpy
(vectors.py); sensitivity says which range drives the result. The words are data: table (units),
vocabulary (nouns), functions, habits (what people write instead), long_tail (the names that
pint explains to physical.py). slips tells what a sum most likely should have said. numpy and
pint come in when they are needed, and everything else is so little that a one-shot sum starts
about as fast as Python does.
"""

from __future__ import annotations

from sdcli.units.errors import UnitError
from sdcli.units.expression import (
    Expression,
    assignment,
    checked_name,
    holds,
    parse,
    quantity,
    statement,
)
from sdcli.units.quantity import Quantity

__all__ = [
    "Expression",
    "Quantity",
    "UnitError",
    "assignment",
    "checked_name",
    "holds",
    "parse",
    "quantity",
    "statement",
]
