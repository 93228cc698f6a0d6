"""Immutable classes: dataclasses with equality, which are quick to define and to make.

A cold start defines about seventy. For each, ``dataclass(frozen=True)`` writes and compiles up to
nine methods, and its objects set every field through ``object.__setattr__``. An immutable class
shares all its methods but ``__init__``; that no field is assigned is held by the type checker,
which every build runs (docs/decisions.md, D82).
"""

from dataclasses import dataclass, field
from typing import Any, TypeVar, dataclass_transform

Class = TypeVar("Class", bound=type)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def immutable(cls: Class) -> Class:
    """Make a dataclass with slots, equality, a hash and a representation."""
    made: Any = dataclass(slots=True, eq=False, repr=False, match_args=False)(cls)
    for name, method in (("__eq__", _equal), ("__hash__", _hash), ("__repr__", _text)):
        if name not in cls.__dict__:
            setattr(made, name, method)
    return made  # type: ignore[no-any-return]


def _equal(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    names: dict[str, Any] = self.__dataclass_fields__
    return all(getattr(self, name) == getattr(other, name) for name in names)


def _hash(self: Any) -> int:
    return hash(tuple([getattr(self, name) for name in self.__dataclass_fields__]))


def _text(self: Any) -> str:
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__)
    return f"{type(self).__qualname__}({fields})"
