"""A package's name and folder, as far as they follow from its WSDL and from the project."""

from __future__ import annotations

import keyword
import re
import sys
from pathlib import Path

from soapwright.model.api import Api
from soapwright.model.options import is_package_name
from soapwright.python.names.check_names import NEEDED
from soapwright.python.names.identifiers import field_name

_ENDS = re.compile(r"(_?(web)?_?(service|services|soap|port|wsdl))+$")
_HIDDEN = frozenset(sys.stdlib_module_names) | NEEDED


def proposed_name(api: Api) -> str:
    """A name for a service's package: the service's, in the form of modules' names.

    It hides no module of the standard library, and none that the package needs.
    """
    services = [port.service for port in api.ports if port.service]
    words = field_name(next(iter(services), api.name) or api.name).strip("_")
    short = _ENDS.sub("", words)
    name = short if len(short) > 1 else words
    if not is_package_name(name) or name in _HIDDEN:
        name = f"{name}_client"
    return name if is_package_name(name) else "service"


def refusal_of(name: str) -> tuple[str, str] | None:
    """Why a package cannot have a name, and a hint; None where it can."""
    first, _, rest = name.partition(".")
    if any(keyword.iskeyword(step) for step in name.split(".")):
        better = ".".join(
            f"{step}_" if keyword.iskeyword(step) else step for step in name.split(".")
        )
        return f"{name!r} has a word that Python reserves", f"{better} may be taken"
    if not is_package_name(name):
        better = field_name(name.replace(".", "_")).strip("_")
        hint = f"{better} may be taken" if is_package_name(better) else ""
        return f"{name!r} is no name for a package", hint
    if first in _HIDDEN and not rest:
        return f"{name!r} hides a module of that name", f"{name}_client may be taken"
    return None


def proposed_output(name: str) -> Path:
    """The folder of a package in this project: in `src/`, where that is."""
    home = Path("src") if Path("src").is_dir() else Path()
    return home.joinpath(*name.split("."))
