"""Lists: several values of one kind in one parameter, with commas between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdcli.estimate.kinds import SHARE, Accepted, Kind, each
from sdcli.units import UnitError
from sdcli.units.conventions import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdcli.estimate.kinds import Value
    from sdcli.units.conventions import Conventions


@dataclass(frozen=True)
class ListKind(Kind):
    """Values of one kind, with commas between them: `99.9%, 99.95%, 4 nines`.

    A single value stands for a list of one.

    Args:
        item: what each of them is.
    """

    item: Kind = SHARE

    def read(
        self, text: str, name: str, *, nouns: Iterable[str] = (), conventions: Conventions = DEFAULT
    ) -> Value:
        """Each value that was typed.

        Raises:
            UnitError: one cannot be read, or there is nothing between two commas.
        """
        parts = text.split(",")
        if not all(part.strip() for part in parts):
            raise UnitError(
                "nothing stands between two commas", where=name, given=text, expected=self.example
            )
        return tuple(
            one
            for place, part in enumerate(parts, start=1)
            for one in each(
                self.item.read(part, f"{name}/{place}", nouns=nouns, conventions=conventions)
            )
        )

    def accept(self, value: Value, name: str) -> Accepted:
        """Each value, accepted.

        Raises:
            UnitError: one is of another kind.
        """
        accepted = [self.item.accept(one, name) for one in each(value)]
        return Accepted(
            tuple(one for item in accepted for one in each(item.value)), was_plain=False
        )
