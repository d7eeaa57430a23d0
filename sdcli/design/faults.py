"""Faults that quote a design: whatever stands in the file, a message moves no cursor."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sdcli.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.core.errors import Fault

FAULTS_MAX = 200


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Each fault once, printable, by line and key; of very many the first ones and a count."""
    clean = {
        replace(
            fault,
            key=printable(fault.key),
            message=printable(fault.message),
            remedy=printable(fault.remedy),
        )
        for fault in faults
    }
    ordered = sorted(clean, key=lambda fault: (fault.line, fault.key, fault.message))
    rest = ordered[FAULTS_MAX:]
    if rest:
        more = replace(rest[0], key="", message=f"and {len(rest)} faults or more from here on")
        return [*ordered[:FAULTS_MAX], replace(more, remedy="")]
    return ordered
