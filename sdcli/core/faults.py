"""Faults in order, of a file that may hold anything: no message of theirs moves a cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdcli.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.core.errors import Fault

FAULTS_MAX = 200


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Each fault once, printable, by line and key; of very many the first ones and a count."""
    clean = {
        fault.reworded(
            key=printable(fault.key),
            message=printable(fault.message),
            remedy=printable(fault.remedy),
        )
        for fault in faults
    }
    ordered = sorted(clean, key=lambda fault: (fault.line, fault.key, fault.message))
    rest = ordered[FAULTS_MAX:]
    if rest:
        said = f"and {len(rest)} faults or more from here on"
        return [*ordered[:FAULTS_MAX], rest[0].reworded(key="", message=said, remedy="")]
    return ordered
