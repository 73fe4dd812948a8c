"""Operations: dataclasses to envelopes and back, without any I/O.

Client, server, mock and tests are all built on these. An operation names its types; they are
looked up, and what can be composed once is composed, when a direction is first used. Threads
that race there compose the same twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, NoReturn, TypeAlias, TypeVar

from ..codec.form import as_read, form_of
from ..codec.package import Package
from ..errors.errors import (
    DeclaredSoapFault,
    DecodeError,
    EncodeError,
    SoapFault,
    VersionMismatch,
)
from ..errors.problems import Problem
from ..xml.collector import LARGE
from ..xml.element import Element, hide, local_name
from ..xml.lenience import is_lenient, strictly
from ..xml.lenience import lenient as lenience
from ..xml.parsing import Limits, parse
from .beginnings import beginning
from .envelope import Envelope, Version, open_envelope, opened
from .faults import DeclaredFault, FaultCodec, read_fault, write_fault
from .messages import MessageFormat, MessageCodec, References, Side, Source, refuse

__all__ = [
    "AnyOperation",
    "MessageFormat",
    "Operation",
    "Operations",
    "Port",
]

Request = TypeVar("Request")
Response = TypeVar("Response")

_OTHER: Final[Mapping[Version, Version]] = {"1.1": "1.2", "1.2": "1.1"}


class Operation(Generic[Request, Response]):
    """An operation of a port: how its messages are written and read.

    Args:
        name: the WSDL's.
        soap_action: "" where there is none.
        envelope: how its envelopes begin and end.
        package: whose operation it is; in its types the messages' types, writers and readers are
            found by name.
        request: `None` where the WSDL declares no input.
        response: `None` where it declares no output: the operation is one-way.
        request_headers: the declared header blocks, as one content type.
        response_headers: the same for the reply.
        faults: the declared ones.
        action_base: how WS-Addressing's default actions begin; "" where they are not known.
        request_action: the action of requests, where it is neither the SOAPAction nor the default.
        response_action: the same of responses.

    Wherever envelopes are decoded, `charset` is the Content-Type's; it beats the envelope's
    own XML declaration, unless it cannot be right. `limits` are those of the envelope, where they
    are not the package's. With `lenient`, what violates its schema is no `DecodeError`: a value
    that does not read or is missing is `None`, whatever its annotation, and each such
    place is added to `problems`.
    """

    __slots__ = (
        "_action_base",
        "_fault",
        "_reply",
        "_request",
        "_request_action",
        "_response",
        "_response_action",
        "_version",
        "envelope",
        "faults",
        "name",
        "package",
        "soap_action",
    )

    def __init__(
        self,
        *,
        name: str,
        soap_action: str,
        envelope: Envelope,
        package: Package,
        request: MessageFormat | None,
        response: MessageFormat | None,
        request_headers: MessageFormat | None = None,
        response_headers: MessageFormat | None = None,
        faults: Sequence[DeclaredFault] = (),
        action_base: str = "",
        request_action: str = "",
        response_action: str = "",
    ) -> None:
        self.name: str = name
        self.package: Package = package
        self.soap_action: str = soap_action
        self.envelope: Envelope = envelope
        self.faults: tuple[DeclaredFault, ...] = tuple(faults)
        self._version: Version = envelope.wire.version
        self._fault = envelope.names.fault
        self._request = self._side(request, request_headers)
        self._response = self._side(response, response_headers)
        self._reply = response
        self._action_base = action_base
        self._request_action = request_action
        self._response_action = response_action

    def _side(
        self, body: MessageFormat | None, header: MessageFormat | None
    ) -> Side | None:
        if body is None:
            return None
        name, package = self._name_of(body), self.package
        headers = None if header is None else MessageCodec(package, header, "Header")
        return Side(self.envelope, MessageCodec(package, body, name), headers)

    def _name_of(self, message: MessageFormat) -> str:
        return (message.tag or self.name).rpartition(":")[2]

    def __repr__(self) -> str:
        return f"<Operation {self.name}>"

    def _finish(self) -> None:
        """Let go of what was kept while one envelope was read: here nothing is."""

    def answering(self, request: Element) -> AbstractContextManager[None]:
        """Encode, within this context, what answers a request: in its form, where it has one.

        Args:
            request: its envelope.
        """
        return nullcontext()

    @property
    def one_way(self) -> bool:
        """Whether the service sends no response."""
        return self._response is None

    @property
    def request_action(self) -> str:
        """WS-Addressing's action of requests: the WSDL's, else the SOAPAction, else the default
        one (Metadata, section 4.4); "" where none is known."""
        found = self._request_action or self.soap_action
        return found or self._default("" if self.one_way else "Request")

    @property
    def response_action(self) -> str:
        """The same of responses."""
        return self._response_action or self._default("Response")

    def fault_action(self, fault: SoapFault) -> str:
        """The same of a fault; "" for one that is not declared here."""
        for declared in self.faults:
            if isinstance(fault, declared.exception):
                delimiter = self._action_base[-1:]
                path = f"{delimiter}Fault{delimiter}{declared.name}"
                return declared.action or self._default(path)
        return ""

    def _default(self, suffix: str) -> str:
        return self._action_base and f"{self._action_base}{self.name}{suffix}"

    @property
    def request_type(self) -> type[Request] | None:
        """The class of requests; `None` where the WSDL declares no input."""
        return None if self._request is None else self._request.type

    @property
    def response_type(self) -> type[Response] | None:
        """The class of responses; `None` for a one-way operation."""
        return None if self._response is None else self._response.type

    @property
    def request_message(self) -> MessageFormat | None:
        """The message of a request; `None` where the WSDL declares no input."""
        return None if self._request is None else self._request.message

    @property
    def response_message(self) -> MessageFormat | None:
        """The message of a response; `None` for a one-way operation."""
        return self._reply

    @property
    def request_headers_type(self) -> type[Any] | None:
        """The class of a request's declared headers; `None` where none are declared."""
        headers = None if self._request is None else self._request.headers
        return None if headers is None else headers.type

    @property
    def request_blocks(self) -> tuple[str, ...]:
        """The names of the header blocks that a request may have, in Clark's notation."""
        return () if self._request is None else self._request.blocks

    # ------------------------------------------------------------------------- encoding

    def encode_request(
        self,
        value: Request,
        headers: object = None,
        *,
        references: References = "shared",
    ) -> bytes:
        """A request's envelope.

        Args:
            value: the request.
            headers: of the class of the declared ones.
            references: what is written by reference, where the message is encoded.

        Raises:
            EncodeError: the wire cannot carry the value, or it is not of the request's class.
            TypeError: the operation has no request, or headers and declares none.
        """
        side = self._request or self._with(None, "request")
        return side.encode(value, headers, references)

    def encode_response(
        self,
        value: Response,
        headers: object = None,
        *,
        references: References = "shared",
    ) -> bytes:
        """A response's envelope.

        Args:
            value: the response.
            headers: of the class of the declared ones.
            references: as of requests.

        Raises:
            EncodeError: the wire cannot carry the value, or it is not of the response's class.
            TypeError: the operation is one-way, or there are headers and it declares none.
        """
        side = self._response or self._with(None, "response")
        return side.encode(value, headers, references)

    def encode_fault(
        self, fault: SoapFault, *, references: References = "shared"
    ) -> bytes:
        """A fault's envelope.

        Args:
            fault: a declared one, or any other.
            references: as of requests.

        Raises:
            EncodeError: the wire cannot carry it, or it is declared, but not here.
        """
        detail = None
        if isinstance(fault, DeclaredSoapFault):
            codec = self._codec_of(fault)
            try:
                detail = as_read(codec.write(fault.detail), fault.__form__)
            except Exception as error:
                refuse(fault.detail, "detail", error, self.package.secrets)
        return self.envelope.wrap(write_fault(fault, self.envelope.wire, detail))

    def _codec_of(self, fault: SoapFault) -> FaultCodec:
        for declared in self.faults:
            if isinstance(fault, declared.exception):
                return declared.codec_for(fault)
        name = type(fault).__name__
        raise EncodeError("detail", f"{self.name} does not declare {name}")

    def _with(self, side: Side | None, what: str) -> Side:
        if side is None:
            raise TypeError(f"{self.name} has no {what}")
        return side

    # ------------------------------------------------------------------------- decoding

    def decode_request(
        self,
        envelope: bytes,
        charset: str | None = None,
        *,
        limits: Limits | None = None,
        lenient: bool = False,
        problems: list[Problem] | None = None,
    ) -> Request:
        """A request's value.

        Raises:
            DecodeError: the envelope violates its schema.
            TypeError: the operation has no request.
        """
        noted = _noted(lenient, problems)
        return self.read_request(envelope, charset, limits, noted)[0]

    def decode_response(
        self,
        envelope: bytes,
        charset: str | None = None,
        *,
        limits: Limits | None = None,
        lenient: bool = False,
        problems: list[Problem] | None = None,
    ) -> Response:
        """A response's value; `None` for a one-way operation.

        Raises:
            SoapFault: the envelope holds a fault; of its own class if it is a declared one.
            DecodeError: the envelope violates its schema.
        """
        if not lenient:
            return self.read_response(envelope, charset, limits)[0]
        noted = _noted(lenient, problems)
        return self.read_response(envelope, charset, limits, noted)[0]

    def decode_request_headers(
        self,
        envelope: bytes,
        charset: str | None = None,
        *,
        limits: Limits | None = None,
        lenient: bool = False,
        problems: list[Problem] | None = None,
    ) -> Any:  # Any: an operation's type does not name the class of its headers
        """A request's declared headers; `None` where none are declared."""
        side = self._with(self._request, "request")
        with lenience(_noted(lenient, problems), self.package.secrets):
            return self._headers(side, envelope, charset, limits)

    def decode_response_headers(
        self,
        envelope: bytes,
        charset: str | None = None,
        *,
        limits: Limits | None = None,
        lenient: bool = False,
        problems: list[Problem] | None = None,
    ) -> Any:  # Any: as for the request's
        """A response's declared headers; `None` where none are declared."""
        side = self._with(self._response, "response")
        with lenience(_noted(lenient, problems), self.package.secrets):
            return self._headers(side, envelope, charset, limits)

    def _headers(
        self,
        side: Side,
        envelope: bytes,
        charset: str | None,
        limits: Limits | None,
    ) -> object:
        limits = limits or self.package.limits
        try:
            header, _ = open_envelope(envelope, self._version, charset, limits)
            return side.decode_headers(header)
        except DecodeError as error:
            hide(error, self.package.secrets)
            raise
        except RecursionError:
            raise _too_deep() from None
        finally:
            self._finish()

    def read_request(
        self,
        envelope: bytes,
        charset: str | None = None,
        limits: Limits | None = None,
        problems: list[Problem] | None = None,
    ) -> tuple[Request, Any]:  # Any: as for the headers alone
        """A request's value and its declared headers, of one look at the envelope."""
        if problems is not None:
            with lenience(problems, self.package.secrets):
                return self.read_request(envelope, charset, limits)
        limits = limits or self.package.limits
        try:
            header, body = open_envelope(envelope, self._version, charset, limits)
        except RecursionError:
            raise _too_deep() from None
        return self.request_in(header, body, len(envelope))

    def request_in(
        self, header: Element | None, body: Element, size: int = 0
    ) -> tuple[Request, Any]:  # Any: as for the headers alone
        """The same of an envelope that is open.

        Args:
            header: its Header, if there is one.
            body: its Body.
            size: its bytes, where they are known.
        """
        side = self._with(self._request, "request")
        try:
            return side.decode(header, body, body[:], size)
        except DecodeError as error:
            hide(error, self.package.secrets)
            raise
        except RecursionError:
            raise _too_deep() from None
        finally:
            self._finish()

    def read_response(
        self,
        envelope: bytes,
        charset: str | None = None,
        limits: Limits | None = None,
        problems: list[Problem] | None = None,
        root: Element | None = None,
    ) -> tuple[Response, Any]:  # Any: as for the headers alone
        """A response's value and its declared headers, of one look at the envelope.

        Args:
            envelope: in bytes.
            charset: the Content-Type's.
            limits: those of it, where they are not the package's.
            problems: where they are noted; `None` where reading is strict.
            root: the envelope's tree, where it was parsed and checked: nothing else is decoded then.

        Raises:
            SoapFault: the envelope holds a fault, be it in the other version of SOAP.
            DecodeError: the envelope violates its schema.
        """
        if problems is not None:
            with lenience(problems, self.package.secrets):
                return self.read_response(envelope, charset, limits, None, root)
        side = self._response
        known = None if side is None else side.beginning
        if limits is None:
            limits = self.package.limits
        try:
            if root is not None:
                return self._response_in(root, envelope, charset, limits)
            if (
                known is not None
                and envelope[: known.size] == known.head
                and charset == known.charset
                and len(envelope) < LARGE
            ):
                root = parse(envelope, charset, limits, without_dtd=True)
                body = root[0]
                if len(body) == 1:
                    return known.read(body[0]), None
            elif (
                len(envelope) >= LARGE
                and (found := self._gathered(envelope, charset, limits)) is not None
            ):
                return found
            else:
                root = parse(envelope, charset, limits)
            return self._response_in(root, envelope, charset, limits)
        except DecodeError as error:
            hide(error, self.package.secrets)
            raise
        except RecursionError:
            raise _too_deep() from None
        finally:
            self._finish()

    def _gathered(
        self, envelope: bytes, charset: str | None, limits: Limits
    ) -> tuple[Response, Any] | None:  # Any: as for the headers alone
        """The same as `read_response`, of an envelope whose items are read while it is parsed; None
        where that is not possible."""
        message = self._reply
        if message is None or message.items is None or is_lenient():
            return None
        found = message.items.gather(self._version, message, envelope, charset, limits)
        if found is None:
            return None
        root, put = found
        try:
            response = self._response_in(root, envelope, charset, limits)
        except DecodeError:
            return None
        return response if put(response[0]) else None

    def _response_in(
        self, root: Element, envelope: bytes, charset: str | None, limits: Limits
    ) -> tuple[Response, Any]:  # Any: as for the headers alone
        """The same as `read_response`, of an envelope that was parsed."""
        try:
            header, body = opened(root, self._version)
        except VersionMismatch:
            self._refuse_foreign_fault(envelope, charset, limits)
            raise
        children, fault = body[:], self._fault
        for child in children:
            if child.tag == fault:
                self._raise_fault(child)
        side = self._response
        if side is None:
            nothing: Any = None  # Any: Response is None of a one-way operation
            return nothing, None
        found = side.decode(header, body, children, len(envelope))
        if side.reads_alone and len(children) == 1 and root[0] is body:
            side.beginning = beginning(envelope, charset, root, side.reader)
        return found

    def iter_response(
        self,
        source: Source,
        charset: str | None = None,
        *,
        limits: Limits | None = None,
        lenient: bool = False,
        problems: list[Problem] | None = None,
    ) -> Iterator[
        Any
    ]:  # Any: the type of the items, which an operation's type does not name
        """The items of a reply's repeated element, one by one as they come in.

        The repeated element is the first one that the response has, the least deep one if
        several are; an encoded array is one. All else in the reply is checked as XML and read
        over. What was read is let go of, so that a reply of any length fits, within the limit
        of an envelope's size. The source is read as the iterator is used; a fault or an error
        is raised when it is come to.

        Args:
            source: a binary stream, or the bytes in pieces.
            charset: the Content-Type's.
            limits: those of it, where they are not the package's.

        Raises:
            SoapFault: as `decode_response`.
            DecodeError: as `decode_response`, and where an encoded reply has references or an
                array gaps, which takes the whole of it to read.
            TypeError: the response has no repeated element, or there is no response.
        """
        message = self._reply
        if message is None or message.items is None:
            raise TypeError(f"{self.name} has no response with a repeated element")
        limits = limits or self.package.limits
        return self._iterate(
            message.items.iterate(
                *(self._version, message, self._raise_fault),
                lambda envelope: self.decode_response(envelope, charset, limits=limits),
                *(source, charset, limits),
                *(_noted(lenient, problems), self.package.secrets),
            )
        )

    def _iterate(self, items: Iterator[Any]) -> Iterator[Any]:  # Any: as above
        try:
            yield from items
        except DecodeError as error:
            hide(error, self.package.secrets)
            raise

    # --------------------------------------------------------------------------- faults

    def _refuse_foreign_fault(
        self, envelope: bytes, charset: str | None, limits: Limits
    ) -> None:
        """A service that does not speak our version of SOAP answers in its own."""
        other = _OTHER[self._version]
        try:
            _, body = open_envelope(envelope, other, charset, limits)
        except VersionMismatch:
            return
        for child in body[:]:
            if local_name(child) == "Fault":
                self._raise_fault(child)

    def _raise_fault(self, element: Element) -> NoReturn:
        fault, entries = read_fault(element, self.package.secrets)
        found = [
            (codec.likeness(entry), declared, codec, entry)
            for entry in entries
            for declared in self.faults
            for codec in (declared.codec, *declared.others)
        ]
        # of those that are alike the fault that declares the element itself comes first
        found.sort(key=lambda one: (-one[0], one[2] is not one[1].codec))
        alike = [one[1:] for one in found if one[0]]
        with strictly():
            for one in alike:
                if (typed := _typed(fault, *one)) is not None:
                    raise typed
        # that none reads is the fault's cause; leniently the most likely one is read all the same
        if alike and is_lenient() and (typed := _typed(fault, *alike[0])) is not None:
            raise typed
        raise fault


# Any: of several operations each has its own types.
AnyOperation: TypeAlias = Operation[Any, Any]


def _typed(
    fault: SoapFault, declared: DeclaredFault, codec: FaultCodec, entry: Element
) -> SoapFault | None:
    """A declared fault; None where the entry does not read as its detail: what was sent stays a
    fault, and is another declared one or none."""
    try:
        made = declared.exception.of(fault, codec.read(entry))
        made.__form__ = form_of(entry)
    except DecodeError as error:
        hide(error, fault.secrets)
        fault.__cause__ = fault.__cause__ or error
        return None
    if declared.others:
        made.element = entry.tag
    return made


def _noted(lenient: bool, problems: list[Problem] | None) -> list[Problem] | None:
    """Where problems are noted; None where reading is strict."""
    if not lenient:
        return None
    return [] if problems is None else problems


def _too_deep() -> DecodeError:
    return DecodeError("", "nested too deeply to be read")


class Operations(Mapping[str, AnyOperation]):
    """The operations of a port by name: each is made when it is first asked for.

    Args:
        makers: a function for each, which makes it. A service may have a thousand operations
            of which a program calls three.
    """

    __slots__ = ("_made", "_makers")

    def __init__(self, makers: Mapping[str, Callable[[], AnyOperation]]) -> None:
        self._makers = makers
        self._made: dict[str, AnyOperation] = {}

    def __getitem__(self, name: str) -> AnyOperation:
        if (found := self._made.get(name)) is not None:
            return found
        # Of threads that make the same one at once, all get the first.
        return self._made.setdefault(name, self._makers[name]())

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __repr__(self) -> str:
        return f"<Operations {', '.join(self)}>"


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a service: where it is, and what it does there."""

    name: str
    service: str
    """The service's name, "" for a binding that no port uses."""
    address: str | None
    """The endpoint that the WSDL names."""
    soap: Version | None
    """`None` where its operations go over HTTP without SOAP."""
    operations: Mapping[str, AnyOperation]
    """By name; of overloads the second is `name_2`, the third `name_3`."""
    package: Package
    """Whose port it is."""
    mtom: Literal["", "expected", "demanded"] = ""
    """Why binary values may travel as parts of their own: its schemas expect their media types,
    its policy demands it; "" where nothing declares that they may."""
    addressing: Literal["", "optional", "required"] = ""
    """Whether its services take or demand WS-Addressing's headers, as the WSDL declares it."""
