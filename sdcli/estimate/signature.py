"""What a calculator asks for and gives, as its signature, its result and their docstrings say it.

def storage(retention: Annotated[Quantity, DURATION] = default("5 year")) -> Storage: ...

stored: Annotated[Quantity, INFORMATION_KIND] = output("raw * replication", anchor="disk")
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sdcli.units import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sdcli.estimate.kinds import Kind
    from sdcli.units import Expression

    Text = str | Callable[[], str]  # what rests on data is looked up when it is asked for


@dataclass(frozen=True)
class Parameter:
    """What a calculator asks for.

    Args:
        name: as in the signature; the option is `--name` with hyphens.
        kind: what it may be.
        help: from the docstring.
        default: the value when none is given, as it is typed; empty when there is none.
        required: whether it must be given; what may be left out and has no default is not used.
    """

    name: str
    kind: Kind
    help: str
    default: str
    required: bool

    @property
    def option(self) -> str:
        """Its name on the command line."""
        return "--" + self.name.replace("_", "-")


@dataclass(frozen=True)
class Output:
    """What a calculator gives.

    Args:
        name: the field of the result.
        help: from the docstring of the result.
        formula: in the quantity language, over parameters and outputs above; may be empty.
        anchor: the sort of resource that it fills: network, disk, memory, server, cache; may be
            empty.
        otherwise: the formula where something in the first one was not given; may be empty.
    """

    name: str
    help: str
    formula: str
    anchor: str
    otherwise: str

    def worked_from(self, names: Collection[str], present: Collection[str]) -> Expression | None:
        """Its formula, or the other one; None when the language cannot say it.

        Args:
            names: every parameter and output of the calculator.
            present: those that have a value.
        """
        for formula in (self.formula, self.otherwise):
            expression = parse(formula, names=names) if formula else None
            if expression and expression.names <= set(present):
                return expression
        return None


@dataclass(frozen=True)
class Default:
    """What a parameter is when it is not given."""

    text: str


def default(text: str) -> Any:
    """The default of a parameter, as it is typed: 5 year are longer or shorter as a year is."""
    return Default(text)


def output(formula: Text = "", *, otherwise: str = "", anchor: str = "") -> Any:
    """A field of a result.

    Args:
        formula: how it is worked out, in the quantity language over the parameters and the
            outputs above it, where the language can say it; a test compares it with the function.
            One that names a price of the data is given as what looks it up.
        otherwise: the formula where something in the first one was not given.
        anchor: the sort of resource that it fills (estimate/anchors.py).
    """
    return field(metadata={"formula": formula, "otherwise": otherwise, "anchor": anchor})


def looked_up(text: Text) -> str:
    """A text that may rest on data."""
    return text if isinstance(text, str) else text()


def described(text: str, section: str) -> dict[str, str]:
    r"""The entries of a docstring's section, each on one line.

    >>> described("What it is.\n\nArgs:\n    rate: what comes\n        in.\n", "Args")
    {'rate': 'what comes in.'}
    """
    found: dict[str, str] = {}
    name = ""
    inside = False
    for line in text.splitlines():
        if line and not line.startswith(" "):
            inside = line == f"{section}:"
        elif inside and line.startswith("    ") and line[4:5] not in ("", " "):
            name, _, words = line.strip().partition(": ")
            found[name] = words
        elif inside and line.strip():
            found[name] = f"{found[name]} {line.strip()}"
    return found
