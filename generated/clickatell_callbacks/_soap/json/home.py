"""The package that a class belongs to: its types by name, its elements, its secrets."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Final, get_args

from ..codec.elements import KnownElements
from ..codec.package import Package
from ..validation.validation import Checks

_TYPES: Final = ".types"


class Home:
    """A generated package, found by its classes."""

    def __init__(self, types: str) -> None:
        self._types: ModuleType = import_module(types)
        self._name = types.removesuffix(_TYPES)

    @staticmethod
    def has(kind: type) -> bool:
        """Whether a class is one of a package's types."""
        return kind.__module__.rpartition(".")[0].endswith(_TYPES)

    @staticmethod
    def of(kind: type) -> Home:
        """The package of a class.

        Raises:
            TypeError: it is of none.
        """
        if not Home.has(kind):
            raise TypeError(f"{kind.__name__} is no type of a generated package")
        return _home(kind.__module__.rpartition(".")[0])

    @property
    def package(self) -> Package:
        """Its state in its runtime."""
        found: Package = import_module(f"{self._name}._package").PACKAGE
        return found

    @property
    def elements(self) -> KnownElements:
        """Its global elements."""
        found: KnownElements = import_module(f"{self._name}.elements").KNOWN
        return found

    @property
    def checks(self) -> Checks:
        """The facets that `validate` checks."""
        found: Checks = import_module(f"{self._name}.facets").CHECKS
        return found

    def named(self, name: object) -> type | None:
        """The class of a name; None where the package has none."""
        if not isinstance(name, str) or name not in self.names:
            return None
        found = getattr(self._types, name)
        return found if isinstance(found, type) else None

    def has_encoded(self, cls: type) -> bool:
        """Whether objects of a class are read in SOAP's encoding."""
        return hasattr(self._types, f"read_encoded_{cls.__name__}")

    @property
    def names(self) -> frozenset[str]:
        """The names of all classes."""
        return _names(self)

    def derived(self, cls: type) -> tuple[type, ...]:
        """All classes that derive from one, in the order of the schemas. Loads all types, once."""
        return tuple(
            one for one in _classes(self) if issubclass(one, cls) and one is not cls
        )

    def class_of_element(self, name: str) -> type | None:
        """The class of a global element's values; None where its type has none of its own."""
        return self.named(self.elements.codec(name).reader)


def home_of(annotation: object) -> Home | None:
    """The package of a type, or of a type that it is made of; None where it has none."""
    if isinstance(annotation, type) and Home.has(annotation):
        return Home.of(annotation)
    found = map(home_of, get_args(annotation))
    return next((home for home in found if home is not None), None)


@cache
def _home(types: str) -> Home:
    return Home(types)


@cache
def _names(home: Home) -> frozenset[str]:
    return frozenset(dir(home._types))


@cache
def _classes(home: Home) -> tuple[type, ...]:
    names = dir(home._types)
    found = [getattr(home._types, name) for name in names]
    return tuple(one for one in found if isinstance(one, type))
