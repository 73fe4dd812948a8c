"""The classes of types: the standard library's dataclasses to all who look, finished when looked at."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field
from typing import Any

import pytest

from soapwright.runtime.codec.classes import dataclass
from soapwright.runtime.codec.form import Struct


def declare(decorator: Any) -> tuple[Any, Any]:
    """The same two classes by either decorator: one that derives, hides and narrows, and its base."""

    @decorator(slots=True, kw_only=True)
    class Base(Struct):
        """A base."""

        size: int
        names: list[str] = field(default_factory=list)
        password: str | None = field(default=None, repr=False)

    @decorator(slots=True, kw_only=True, repr=False)
    class Derived(Base):
        """A derived type."""

        size: bool  # type: ignore[assignment,unused-ignore]  # narrowed
        note: str | None = None

        def __repr__(self) -> str:
            return "shown"

    return Base, Derived


def views(base: Any, derived: Any) -> list[object]:
    """What may be seen of classes and their values."""
    one, other = base(size=1, names=["a"], password="p"), derived(size=True, note="n")
    seen: list[object] = []
    for cls, value in ((base, one), (derived, other)):
        seen += [cls.__name__, cls.__module__, cls.__doc__, cls.__slots__, cls.__hash__]
        seen += [cls.__annotations__, cls.__match_args__, str(inspect.signature(cls))]
        seen += [str(one) for one in dataclasses.fields(cls)]
        seen += [repr(value), dataclasses.asdict(value), hasattr(value, "__dict__")]
        seen += [value == copy.copy(value), value == copy.deepcopy(value), value != 1]
        seen.append(value == dataclasses.replace(value, size=2))
        with pytest.raises(TypeError) as caught:
            cls(3)
        seen.append(str(caught.value))
        with pytest.raises(TypeError) as caught:
            cls(nothing=3)
        seen.append(str(caught.value))
    return [*seen, one == other, other.__form__, isinstance(other, base)]


def test_they_are_those_of_the_standard_library() -> None:
    assert views(*declare(dataclass)) == views(*declare(dataclasses.dataclass))


def is_finished(cls: type[Any]) -> bool:
    return inspect.isfunction(cls.__dict__["__init__"])


def first(cls: Any) -> list[Any]:
    """What each of these finishes a class by, as the first that is done with it."""
    return [
        lambda: cls(size=1),
        lambda: dataclasses.is_dataclass(cls),
        lambda: dataclasses.fields(cls),
        lambda: inspect.signature(cls),
        lambda: made(cls) == made(cls),
        lambda: dataclasses.replace(made(cls)),
        lambda: cls.__match_args__,
        lambda: cls.__dict__["__dataclass_fields__"].items(),  # as pydantic does
    ]


def made(cls: Any) -> Any:
    """A value as readers make it."""
    value = cls.__new__(cls)
    value.size, value.names, value.password, value.note = True, [], None, None
    value.__form__ = None
    return value


def test_a_repr_of_its_own_finishes_nothing() -> None:
    base, derived = declare(dataclass)
    assert repr(made(derived)) == "shown" and not is_finished(derived)
    value = base.__new__(base)
    value.size, value.names = 1, []
    assert repr(value).endswith("Base(size=1, names=[])") and is_finished(base)


@pytest.mark.parametrize("number", range(8))
def test_they_are_finished_when_first_looked_at(number: int) -> None:
    base, derived = declare(dataclass)
    made(derived)
    assert not is_finished(derived) and not is_finished(base)
    first(derived)[number]()
    assert is_finished(derived) and is_finished(base)


def test_a_user_derives_from_one() -> None:
    base, _ = declare(dataclass)

    @dataclasses.dataclass(slots=True, kw_only=True)
    class Mine(base):  # type: ignore[misc,valid-type,unused-ignore]  # made above
        extra: int = 0

    class Plain(base):  # type: ignore[misc,valid-type,unused-ignore]  # made above
        def __init__(self) -> None:
            super().__init__(size=3)

        def __repr__(self) -> str:
            return f"my {super().__repr__()}"

    assert Mine(size=1) == Mine(size=1, extra=0) != Mine(size=1, extra=1)
    assert [f.name for f in dataclasses.fields(Mine)][-2:] == ["password", "extra"]
    assert Plain().size == 3 and repr(Plain()).startswith("my ")


def test_what_a_user_sets_stays() -> None:
    base, derived = declare(dataclass)
    base.__repr__ = lambda _: "mine"
    del derived.__eq__
    assert repr(base(size=1)) == "mine" and is_finished(base)
    assert derived(size=1) == derived(size=1, note="n")  # by the fields of its base


@dataclass(slots=True, kw_only=True)
class Kept(Struct):
    """A class that pickle finds."""

    text: str


def test_values_are_pickled() -> None:
    assert pickle.loads(pickle.dumps(Kept(text="a"))) == Kept(text="a")


def test_a_module_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    _, derived = declare(dataclass)
    monkeypatch.delitem(sys.modules, __name__)
    assert derived(size=True, note="n").note == "n"
    assert derived.__module__ == __name__


def test_threads_that_finish_one_at_once() -> None:
    _, derived = declare(dataclass)
    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(lambda n: derived(size=True, note=str(n)), range(64)))
    assert [value.note for value in values] == [str(n) for n in range(64)]
