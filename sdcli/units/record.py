"""Records: small frozen value classes, without the price of `dataclasses`.

Importing `dataclasses` takes longer than reading and working out a whole sum, because it
brings `inspect` along. A subclass of `Record` lists its fields as annotations, gets a
constructor, equality, a hash and a repr from them, and cannot be changed afterwards. Type
checkers read the same annotations by way of PEP 681.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing is imported by type checkers only
if TYPE_CHECKING:
    from typing import Any, ClassVar, dataclass_transform
else:

    def dataclass_transform(**_options):  # noqa: ANN003, ANN201 - the checker reads the real one
        """Stand in for typing's marker, which does nothing when the program runs."""
        return lambda cls: cls


@dataclass_transform(frozen_default=True)
class Record:
    """A frozen value whose fields are the annotations of its class, in order.

    A field named in `uncompared` takes no part in equality and hash: where a thing stood in
    a text does not change what it is.

    >>> class Place(Record):
    ...     row: int
    ...     column: int = 1
    >>> Place(2) == Place(2, 1), Place(2, column=3)
    (True, Place(row=2, column=3))
    """

    fields: ClassVar[tuple[str, ...]] = ()
    uncompared: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        own = tuple(
            name
            for name, kind in vars(cls).get("__annotations__", {}).items()
            if not str(kind).startswith("ClassVar")
        )
        cls.fields = cls.fields + own

    if not TYPE_CHECKING:  # checkers make the constructor up from the annotations

        def __init__(self, *values, **named) -> None:  # noqa: ANN002, ANN003
            state = self.__dict__
            state.update(zip(self.fields, values, strict=False))
            state.update(named)
            for name in self.fields:
                if name not in state:
                    state[name] = getattr(type(self), name)
            if len(state) != len(self.fields) or len(values) > len(self.fields):
                message = f"{type(self).__name__} takes {', '.join(self.fields)}"
                raise TypeError(message)

    def __setattr__(self, name: str, value: object) -> None:
        message = f"{type(self).__name__} is frozen"
        raise AttributeError(message)

    def __delattr__(self, name: str) -> None:
        message = f"{type(self).__name__} is frozen"
        raise AttributeError(message)

    def _key(self) -> tuple[Any, ...]:
        return tuple(self.__dict__[name] for name in self.fields if name not in self.uncompared)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._key()))

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={self.__dict__[name]!r}" for name in self.fields)
        return f"{type(self).__name__}({inside})"
