"""Immutable classes behave as the frozen dataclasses that they stand for."""

import pickle
from dataclasses import dataclass, field, fields, replace

import pytest

from pricing.values import immutable


@immutable
class Point:
    """A point."""

    x: int
    y: int = 0
    names: tuple[str, ...] = field(default=())


@immutable
class Named(Point):
    """A point with a name."""

    name: str = ""


@immutable
class Loose:
    """Equal to every other."""

    x: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Loose)

    def __hash__(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class Frozen:
    """What ``Point`` stands for."""

    x: int
    y: int = 0
    names: tuple[str, ...] = ()


@pytest.mark.parametrize("other", [Point(1, 2), Point(2), Point(1, names=("a",))])
def test_objects_are_equal_where_all_their_fields_are(other: Point) -> None:
    equal = (other.x, other.y, other.names) == (1, 2, ())
    assert (Point(1, 2) == other) is equal
    assert (hash(Point(1, 2)) == hash(other)) is equal


def test_another_class_with_the_same_fields_is_another_value() -> None:
    assert Point(1) != Named(1)
    assert Named(1, name="a") == Named(1, name="a") != Named(1, name="b")


def test_a_class_keeps_the_methods_that_it_writes() -> None:
    assert Loose(1) == Loose(2)
    assert hash(Loose(1)) == 0


def test_it_is_shown_copied_and_pickled_as_a_dataclass_is() -> None:
    point = Named(1, 2, ("a",), "b")
    assert repr(point) == "Named(x=1, y=2, names=('a',), name='b')"
    assert repr(Point(1)) == repr(Frozen(1)).replace("Frozen", "Point")
    assert replace(point, x=3) == Named(3, 2, ("a",), "b")
    assert [each.name for each in fields(point)] == ["x", "y", "names", "name"]
    assert pickle.loads(pickle.dumps(point)) == point  # noqa: S301 - made in this test


def test_no_name_but_a_field_can_be_set() -> None:
    with pytest.raises(AttributeError):
        Point(1).z = 2  # type: ignore[attr-defined]
