"""Immutable classes: dataclasses with equality, which are quick to define and to make.

A cold start defines 50 to 160, and makes objects of less than half of them. For each,
``dataclass(frozen=True)`` writes and compiles up to nine methods, and its objects set every field
through ``object.__setattr__``. An immutable class shares all its methods but ``__init__``, which is
written when its first object is made. That no field is assigned is held by the type checker, which
every build runs (docs/decisions.md, D82).
"""

from dataclasses import dataclass, field
from inspect import get_annotations
from typing import Any, ClassVar, TypeVar, dataclass_transform, get_origin

Class = TypeVar("Class", bound=type)
#: What ``dataclass`` adds to a class: asking for one of these makes both.
_ADDED = ("__init__", "__dataclass_fields__")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def immutable(cls: Class) -> Class:
    """Make a dataclass with slots, equality, a hash and a representation."""
    own = {name: one for name, one in vars(cls).items() if name not in ("__dict__", "__weakref__")}
    annotated = get_annotations(cls).items()
    fields = [name for name, kind in annotated if ClassVar not in (kind, get_origin(kind))]
    inherited = {name for base in cls.__mro__[1:] for name in getattr(base, "__slots__", ())}
    members = {name: one for name, one in own.items() if name not in fields}
    members["__slots__"] = tuple(name for name in fields if name not in inherited)
    for name, method in (("__eq__", _equal), ("__hash__", _hash), ("__repr__", _text)):
        members.setdefault(name, method)
    for name in _ADDED:
        members[name] = _Later(name, own)
    made: Any = type(cls)(cls.__name__, cls.__bases__, members)
    made.__qualname__ = cls.__qualname__
    return made  # type: ignore[no-any-return]


class _Later:
    """What ``dataclass`` adds to a class, made when the class first needs it.

    It is made on a copy of the class as it was written, so that two threads may do so at once.
    """

    __slots__ = ("_name", "_own")

    def __init__(self, name: str, own: dict[str, Any]) -> None:
        self._name, self._own = name, own

    def __get__(self, instance: object, owner: type) -> Any:
        for made in owner.__mro__:
            if vars(made).get(self._name) is self:
                plain = type(made)(made.__name__, made.__bases__, dict(self._own))
                dataclass(eq=False, repr=False, match_args=False)(plain)
                for name in (*_ADDED, "__dataclass_params__"):
                    setattr(made, name, vars(plain)[name])
        return getattr(owner if instance is None else instance, self._name)


def _compared(self: Any) -> list[Any]:
    fields = self.__dataclass_fields__.values()
    return [getattr(self, field.name) for field in fields if field.compare]


def _equal(self: Any, other: Any) -> Any:
    if other is self:
        return True
    if other.__class__ is not self.__class__:
        return NotImplemented
    return _compared(self) == _compared(other)


def _hash(self: Any) -> int:
    return hash(tuple(_compared(self)))


def _text(self: Any) -> str:
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__)
    return f"{type(self).__qualname__}({fields})"
