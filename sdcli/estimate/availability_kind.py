"""How an availability is typed: `99.95%`, `0.9995`, `4 nines`, each read by its decimals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.estimate.complement import Availability, complement, unavailability
from sdcli.estimate.kinds import SHARE, Accepted, Kind, share
from sdcli.estimate.listed import ListKind
from sdcli.units import UnitError
from sdcli.units.conventions import DEFAULT
from sdcli.units.spread import Point

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.estimate.kinds import Value
    from sdcli.units.conventions import Conventions

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,60})?) ?%")
_NINES = re.compile(r"([0-9]{1,2}) ?nines?")
_DECIMAL = re.compile(r"(0?\.[0-9]{1,60})")
_TYPED_NINES_MAX = 60


@dataclass(frozen=True)
class AvailabilityKind(Kind):
    """An availability: `99.95%`, `0.9995`, `4 nines`; taken by its decimals."""

    def read(
        self, text: str, name: str, *, nouns: Iterable[str] = (), conventions: Conventions = DEFAULT
    ) -> Value:
        """The availability that was typed, to the last decimal.

        Raises:
            UnitError: it cannot be read.
        """
        exact = _typed(text.strip())
        if exact is None:
            return super().read(text, name, nouns=nouns, conventions=conventions)
        return complement(share(Point(exact), conventions))

    def accept(self, value: Value, name: str) -> Accepted:
        """The value as an availability.

        Raises:
            UnitError: it is none.
        """
        accepted = super().accept(value, name)
        if isinstance(value, tuple | Availability):
            return accepted
        return Accepted(complement(unavailability(value)), was_plain=False)


AVAILABILITY = AvailabilityKind(
    "an availability", "99.95%", SHARE.takes, most=1.0, certain=True, percent_least=0.5
)
AVAILABILITIES = ListKind(
    "availabilities with commas between them",
    "99.9%, 99.95%, 4 nines",
    SHARE.takes,
    item=AVAILABILITY,
)


def _typed(text: str) -> float | None:
    """1 - a by the decimals of the text; None where the text is something else."""
    from decimal import Decimal

    if found := _NINES.fullmatch(text):
        count = int(found[1])
        if count > _TYPED_NINES_MAX:
            raise UnitError(f"more than {_TYPED_NINES_MAX} nines are no availability", given=text)
        return 10.0**-count
    whole = 100 if (found := _PERCENT.fullmatch(text)) else 1
    if not found and not (found := _DECIMAL.fullmatch(text)):
        return None
    u = (whole - Decimal(found[1])) / whole  # the difference is short, however long the text
    return float(u) if u >= 0 else None
