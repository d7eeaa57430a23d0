"""The quantity language: one way to write, compute and print amounts, everywhere.

`150M user * 2 tweet/user/day to tweet/s` means the same in `calc`, in a design file, in a
scenario's data and in the checker of a typed answer. A quantity has a magnitude, which may be
a range, and a dimension, which keeps bytes, seconds, dollars and each counted thing apart.

From the text to the result: tokens -> literals, parser -> syntax -> evaluate -> quantity ->
display. A quantity is made of a spread (arithmetic.py computes with it) and a dimension;
product.py holds products of units. The words are data: table (units), vocabulary (nouns).
The package uses neither pint nor numpy, and imports so little that a one-shot sum starts
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
