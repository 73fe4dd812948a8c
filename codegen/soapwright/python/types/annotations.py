"""Annotations and declarations as values, until they are printed."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Annotation:
    """The type of a field, a parameter or a result, until it is printed.

    With `nil` None is a value too. So are those of the types that `kept` (nil, with attributes)
    and `unset` name, "" where there are none such.
    """

    base: str
    nil: bool = False
    unset: str = ""
    kept: str = ""

    def __str__(self) -> str:
        return " | ".join(self.parts)

    @property
    def parts(self) -> list[str]:
        """The types of which it is the union."""
        none = ["None"] if self.nil else []
        kept = [self.kept] if self.kept else []
        return [self.base, *kept, *none, *([self.unset] if self.unset else [])]


NOTHING = Annotation("None")
"""The result of what gives nothing."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A field as a dataclass declares it; `default` is an expression, "" where there is none."""

    name: str
    annotation: Annotation
    default: str = ""
    factory: str = ""
    doc: str = ""

    @property
    def parameter(self) -> Declaration:
        """The same as a method's parameter: what a factory makes is made where None is given."""
        if not self.factory:
            return self
        return replace(
            self,
            annotation=replace(self.annotation, nil=True),
            default="None",
            factory="",
        )
