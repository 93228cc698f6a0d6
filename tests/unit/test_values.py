"""Immutable classes behave as the frozen dataclasses that they stand for."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from inspect import signature
from threading import Barrier
from typing import Any, ClassVar
from unittest.mock import patch

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


@immutable
class Marked:
    """A value and where it was found."""

    value: int
    found_at: str = field(default="", compare=False)


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


def test_a_field_that_is_not_compared_makes_no_difference() -> None:
    assert Marked(1, "here") == Marked(1, "there") != Marked(2, "there")
    assert hash(Marked(1, "here")) == hash(Marked(1, "there"))


def test_its_fields_are_known_before_its_first_object() -> None:
    @immutable
    class Fresh(Point):
        LIMIT: ClassVar = 3

        z: int = 0
        tags: list[str] = field(default_factory=list)

    assert [each.name for each in fields(Fresh)] == ["x", "y", "names", "z", "tags"]
    assert list(signature(Fresh).parameters) == ["x", "y", "names", "z", "tags"]
    assert Fresh(1).tags == []
    assert (Fresh.LIMIT, hasattr(Fresh(1), "__dict__")) == (3, False)


def test_a_class_derived_from_it_makes_objects_of_its_own() -> None:
    @immutable
    class Base:
        x: int

    class Derived(Base):
        def doubled(self) -> int:
            return 2 * self.x

    assert Derived(x=4).doubled() == 8
    assert repr(Derived(4)).endswith("Derived(x=4)")
    assert Base(4) != Derived(4)


def test_threads_may_make_its_first_object_at_once() -> None:
    for _ in range(20):

        @immutable
        class Fresh:
            x: int
            names: list[str] = field(default_factory=list)

        together = Barrier(4)

        def make(kind: type[Any] = Fresh, together: Barrier = together) -> Any:
            together.wait()
            return kind(1, names=["a"])

        with ThreadPoolExecutor(4) as pool:
            made = [each.result() for each in [pool.submit(make) for _ in range(4)]]
        assert {each.x for each in made} == {1}
        assert all(type(each) is Fresh and each.names == ["a"] for each in made)


def test_defining_one_writes_no_method() -> None:
    with patch("builtins.exec") as written:

        @immutable
        class Unused:
            x: int

        assert not written.called
    assert Unused(1).x == 1


def test_no_name_but_a_field_can_be_set() -> None:
    with pytest.raises(AttributeError):
        Point(1).z = 2  # type: ignore[attr-defined]
