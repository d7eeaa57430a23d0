"""Every calculator by name; a module is imported when one of its calculators is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sdcli.core.errors import InputError
from sdcli.core.suggest import did_you_mean

if TYPE_CHECKING:
    from sdcli.estimate.calculator import Calculator

_MODULES = {  # module -> its calculators, in the order in which people need them
    "traffic": ("traffic",),
    "storage": ("storage",),
    "bandwidth": ("bandwidth",),
    "cache": ("cache",),
    "servers": ("servers",),
    "shards": ("shards",),
    "littles_law": ("in-flight",),
    "connections": ("connections",),
    "transfer": ("transfer",),
    "queueing": ("queue",),
    "availability": ("availability", "downtime", "serial", "parallel", "k-of-n", "repair"),
    "cost": ("cost",),
    "id_space": ("id-space", "id-length", "collisions"),
    "powers": ("powers",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def names() -> tuple[str, ...]:
    """The names of all calculators."""
    return tuple(_MODULE_OF)


def get(name: str) -> Calculator:
    """The calculator of that name; underscores count as hyphens.

    Raises:
        InputError: there is none; it names the nearest.
    """
    name = name.replace("_", "-")
    if name not in _MODULE_OF:
        raise InputError(
            f'there is no calculator "{name}"',
            expected="one of " + " ".join(_MODULE_OF),
            fix=did_you_mean(name, _MODULE_OF),
        )
    module = import_module(f"sdcli.estimate.calculators.{_MODULE_OF[name]}")
    found: Calculator = getattr(module, name.replace("-", "_")).calculator
    return found
