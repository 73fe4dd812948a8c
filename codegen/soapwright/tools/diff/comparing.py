"""The interfaces between the comparisons of types and of fields."""

from __future__ import annotations

from typing import Protocol

from soapwright.model.api import Api, Struct, TypeRef
from soapwright.model.diagnostics import Location
from soapwright.tools.diff.changes import Changes, Sides
from soapwright.tools.diff.rules import Effect
from soapwright.tools.diff.surface import Surface

Places = tuple[Location | None, Location | None]


class Types(Protocol):
    """The methods of the comparison of types that a comparison of fields needs."""

    old: Api
    new: Api
    surfaces: tuple[Surface, Surface]
    changes: Changes

    def references(
        self,
        old: TypeRef,
        new: TypeRef,
        subject: str,
        places: Places,
        sides: Sides,
        python: Effect,
        *,
        encoded: bool = False,
    ) -> None:
        """Compare what two references lead to."""

    def lacking(self, old: Struct, key: str, side: int) -> Sides:
        """Which messages have values that lack a field of a type: in the old spec (0) or the new one."""
        ...
