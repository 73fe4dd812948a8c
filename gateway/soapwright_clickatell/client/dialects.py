"""The vendor's four services as the client calls them: their names for the same parts, their limits.

Calls are made in the names of `clickatell`, the service of `webservice.php`; a dialect has those that
its own generated package uses.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final, Literal, TypeAlias, cast
from urllib.parse import urlsplit, urlunsplit

from lxml import etree

from ..services import clickatell, clickatell_document_literal, clickatell_vs
from .fates import NoAnswer
from .steps import Call

Service: TypeAlias = Literal[
    "webservice", "webservice_vs", "rpc_encoded", "document_literal"
]
"""The vendor's services, by the names in their addresses."""

_WSDL: Final = "{http://schemas.xmlsoap.org/wsdl/}"
_SOAP: Final = "{http://schemas.xmlsoap.org/wsdl/soap/}"
_HOST: Final = "http://api.clickatell.com"
_MOST: Final = 2**20
"""The bytes of a WSDL that are read at most."""
_DOCUMENTED: Final = ("callback", "msg_callback")


@dataclass(frozen=True, slots=True)
class Dialect:
    """One of the services, in the words of its generated package."""

    service: Service
    path: str
    package: ModuleType
    arguments: Mapping[str, str] = field(default_factory=dict)
    """Its names for arguments, where they differ."""
    methods: Mapping[str, str] = field(default_factory=dict)
    """Its names for operations, where they differ."""
    fields: int = 4
    """How many values a template takes."""
    has_whole_credits: bool = False
    """Whether `max_credits` is an integer."""

    @property
    def lost(self) -> tuple[type[Exception], ...]:
        """The errors after which it is unknown whether a call was carried out."""
        errors = self.package.errors
        return errors.TransportError, errors.DecodeError, errors.SoapFault

    @property
    def unsendable(self) -> type[Exception]:
        """The error of a call that cannot be written: nothing has gone out."""
        return cast("type[Exception]", self.package.errors.EncodeError)

    def check(self, arguments: Mapping[str, Any]) -> None:  # Any: of all parts' types
        """Whether the service can be given these arguments.

        Raises:
            ValueError: it cannot.
        """
        credits = arguments.get("max_credits")
        if self.has_whole_credits and credits is not None and credits != int(credits):
            raise ValueError(
                f"max_credits={credits}: the {self.service} service takes whole credits"
            )

    def translated(self, call: Call) -> tuple[str, dict[str, Any]]:  # Any: as above
        """The method of its client for a call, and the arguments."""
        arguments = {
            self.arguments.get(name, name): value
            for name, value in call.arguments.items()
        }
        if self.has_whole_credits and "max_credits" in arguments:
            arguments["max_credits"] = int(arguments["max_credits"])
        return self.methods.get(call.method, call.method), arguments


_MSG_CALLBACK: Final = {"callback": "msg_callback"}
DIALECTS: Final[Mapping[Service, Dialect]] = {
    one.service: one
    for one in (
        Dialect("webservice", "/soap/webservice.php", clickatell),
        Dialect(
            "webservice_vs", "/soap/webservice_vs.php", clickatell_vs, _MSG_CALLBACK
        ),
        Dialect(
            "rpc_encoded", "/soap/rpc_encoded/webservice", clickatell_vs, _MSG_CALLBACK
        ),
        Dialect(
            "document_literal",
            "/soap/document_literal/webservice",
            clickatell_document_literal,
            {**_MSG_CALLBACK, "cli_msg_id": "climsgid"},
            {"route_coverage": "routecoverage"},
            fields=10,
            has_whole_credits=True,
        ),
    )
}


def of_client(client: object, service: Service | None) -> Dialect:
    """The dialect of a client of the user's own, which is of a generated package.

    Raises:
        ValueError: it is another than the named one.
    """
    for dialect in DIALECTS.values():
        package = dialect.package
        if isinstance(client, package.Client | package.AsyncClient):
            if service is None or DIALECTS[service].package is package:
                return dialect if service is None else DIALECTS[service]
            raise ValueError(f"the client given does not speak {service}")
    return DIALECTS[service or "webservice"]


def of_endpoint(
    endpoint: str | None, service: Service | None
) -> tuple[str, Dialect | None]:
    """An endpoint, with the service's path where it has none, and its dialect where that shows.

    Raises:
        ValueError: there is no such service, or the endpoint is another one's.
    """
    if service is not None and service not in DIALECTS:
        raise ValueError(f"service={service!r}: there is {', '.join(DIALECTS)}")
    wanted = None if service is None else DIALECTS[service]
    if endpoint is None:
        wanted = wanted or DIALECTS["webservice"]
        return _HOST + wanted.path, wanted
    parts = urlsplit(endpoint)
    path = parts.path.rstrip("/")
    if not path:
        wanted = wanted or DIALECTS["webservice"]
        return urlunsplit(parts._replace(path=wanted.path)), wanted
    found = [one for one in DIALECTS.values() if path.endswith(one.path)]
    if wanted is not None and found and found[0] is not wanted:
        raise ValueError(
            f"{parts.path} is the {found[0].service} service, not {service}"
        )
    return endpoint, wanted or (found[0] if found else None)


def of_wsdl(endpoint: str, timeout: float) -> Dialect:
    """The dialect of an endpoint, by the WSDL at its `?wsdl`.

    Raises:
        NoAnswer: there is none to be had.
        ValueError: it is of no service that is known.
    """
    parts = urlsplit(endpoint)
    url = urlunsplit(
        parts._replace(query="wsdl", netloc=parts.netloc.rpartition("@")[2])
    )
    try:
        if parts.scheme not in ("http", "https"):
            raise ValueError("an address by HTTP is wanted")
        with urllib.request.urlopen(url, timeout=timeout) as reply:
            found = _read(reply.read(_MOST))
    except (OSError, ValueError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        raise NoAnswer(
            f"{url}: {error}; service= says which service it is", sent=False
        ) from None
    if found is None:
        raise ValueError(f"{url} describes none of the services {', '.join(DIALECTS)}")
    return found


def _read(wsdl: bytes) -> Dialect | None:
    """The dialect that a WSDL describes.

    Raises:
        ValueError: it is no XML.
    """
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    try:
        root = etree.fromstring(wsdl, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from None
    names = {str(one.get("name")) for one in root.iter(f"{_WSDL}operation")}
    if "sendmsg" not in names:
        return None
    if any(body.get("use") == "literal" for body in root.iter(f"{_SOAP}body")):
        return DIALECTS["document_literal"]
    parts = {str(one.get("name")) for one in root.iter(f"{_WSDL}part")}
    named = [name for name in _DOCUMENTED if name in parts]
    if not named:
        return None
    return DIALECTS["webservice" if named == ["callback"] else "webservice_vs"]
